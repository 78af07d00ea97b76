"""bytes, bytearray, memoryview."""

from timing import measure

SETUP = """
import struct
data = bytes(range(256)) * 4
short = b"alpha,beta,gamma"
array = bytearray(data)
view = memoryview(data)
parts = [b"ab", b"cd", b"ef"] * 10
"""

measure("bytes", SETUP, {
    "index": "data[100]",
    "slice": "data[10:20]",
    "concat": "short + short",
    "equal": "data == data[:]",
    "find": "data.find(b'\\xfe\\xff')",
    "contains": "b'beta' in short",
    "split": "short.split(b',')",
    "join": "b','.join(parts)",
    "replace": "short.replace(b',', b';')",
    "hex": "short.hex()",
    "fromhex": "bytes.fromhex('00ff10aa')",
    "decode": "short.decode()",
    "iterate_1024": "for b in data: pass",
    "of_list": "bytes([1, 2, 3])",
    "startswith": "short.startswith(b'alp')",
    "hash": "hash(data[1:50])",
    "array_setitem": "array[5] = 7",
    "array_append_pop": "array.append(1); array.pop()",
    "array_extend": "a = bytearray(); a.extend(short)",
    "view_slice": "view[10:20]",
    "view_tobytes": "view[10:20].tobytes()",
    "to_int": "int.from_bytes(b'abcd', 'big')",
    "from_int": "(123456).to_bytes(4, 'big')",
    "struct_pack": "struct.pack('<IHB', 1, 2, 3)",
    "struct_unpack": "struct.unpack('<IHB', b'abcdefg')",
    "count": "data.count(b'a')",
    "upper": "short.upper()",
})
