# §3.2.5 (bytes, bytearray) Construction, methods, indexing, mutation, comparisons.
print(bytes(), bytes(3), bytes([65, 66]), bytes(b'x'), bytes('é', 'utf-8'), bytes(range(3)), bytes(bytearray(b'q')), bytes((i for i in (1, 2))), bytes.fromhex('41 42 0a'), b'AB'.hex(), b'abcdef'.hex(':', 2), b'abc'.hex('-'), bytearray(b'\xff').hex())
b = b'Hello, World'
print(b[0], b[-1], b[1:3], b[::-1], len(b), b'l' in b, 108 in b, b.find(b'o'), b.find(111), b.rfind(b'o'), b.index(b'W'), b.count(b'l'), b.count(108), b.find(b''), b.startswith((b'x', b'He')), b.endswith(b'd'))
print(b.upper(), b.lower(), b.swapcase(), b.title(), b.capitalize(), b'a,b,,c'.split(b','), b' a  b '.split(), b'a b c'.rsplit(None, 1), b'a-b-c'.partition(b'-'), b'a\nb\r\nc\x0bd'.splitlines(), b','.join([b'a', bytearray(b'b')]), b' x '.strip() + b'|', b'xxaxx'.strip(b'x'), b'x'.center(4, b'*'), b'7'.zfill(3), b'-7'.zfill(4))
print(b'aXb'.replace(b'X', b'yy'), b'abc'.replace(b'', b'-'), b'abc'.translate(None, b'b'), b'abc'.translate(bytes(range(255, -1, -1))), bytes.maketrans(b'ab', b'xy')[97:100], b'a\tb'.expandtabs(3), b'pre-x'.removeprefix(b'pre-'), b'x.y'.removesuffix(b'.y'), b'abc'.isalpha(), b'12'.isdigit(), b'a1'.isalnum(), b' \t'.isspace(), b'AB'.isupper(), b'ab'.islower(), b'Ab'.istitle(), b'\xff'.isascii())
print(b'a' < b'b', b'a' == bytearray(b'a'), b'a' == 'a', b'a' + bytearray(b'b'), bytearray(b'a') + b'b', b'ab' * 2, b'' or 'empty', hash(b'a') == hash(b'a'), {b'k': 1}[b'k'], sorted([b'b', b'a']), max(b'abc'), list(b'ab'), b'a' != b'b', b'%d:%s:%5.1f' % (1, b'x', 2.5), b'%x%%' % 255, b'%b' % b'q', b'%c%c' % (65, b'B'))
print(repr(b'\x00\x7f\xff\t\n\\\'"'), repr(b"it's"), repr(bytearray(b"'")), str(b'x'), b'\xc3\xa9'.decode(), b'\xff'.decode('latin-1'), b'a\xffb'.decode('utf-8', 'replace'), b'\xff\xfe'.decode('utf-8', 'backslashreplace'), b'\x80'.decode('ascii', 'ignore') + '|', b'\xff\xfea\x00'.decode('utf-16'), b'\x80'.decode('utf-8', 'surrogateescape').__repr__())
a = bytearray(b'hello')
a[0] = 72; a[1:3] = b'EEE'; a.append(33); a.extend(b'??'); a.extend([1, 2]); a.insert(0, 62); print(a, a.pop(), a.pop(0), len(a))
a.remove(33); a.reverse(); print(a); del a[:2]; a += b'+'; a *= 2; print(a, a.copy() is a, a.index(b'o'), a.count(b'o')); a.clear(); print(a, bool(a))
a = bytearray(5); a[::2] = b'abc'; print(a); a[1:4] = []; print(a); a[10:] = b'end'; print(a); c = a.copy(); c[0] = 0; print(a == c, a.startswith(b'a')); a.resize(2); print(a)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: bytes([256]), lambda: bytes([-1]), lambda: bytes('a'), lambda: bytes(-1), lambda: bytes(1, 'a'), lambda: b'a' + 'b', lambda: b'a'[5], lambda: bytearray(b'a').__setitem__(0, 300), lambda: bytearray(b'a').__setitem__(0, b'b'), lambda: bytearray().pop(), lambda: bytearray(b'a').remove(98), lambda: b'a'.index(b'z'), lambda: hash(bytearray()), lambda: b','.join(['a']), lambda: b'a'.split(b''), lambda: b'a' < 'a', lambda: 'a' in b'abc', lambda: b'a'.decode('utf-16'), lambda: b'\xe9'.decode(), lambda: b'\xe2\x82'.decode(), lambda: b'\xed\xa0\x80'.decode(), lambda: b'a' % 1, lambda: b'%s' % 'a', lambda: b'%d' % 'x', lambda: b'%c' % 256, lambda: bytes.fromhex('4'), lambda: bytes.fromhex('zz'), lambda: b'abc'.hex(''), lambda: bytearray(b'ab').__setitem__(slice(0, 2, 1), 5), lambda: bytearray(b'abcd').__setitem__(slice(0, 4, 2), b'x'), lambda: b'x' * 'a', lambda: bytes([1.5]), lambda: b''.join(5), lambda: b'a'.startswith('a'), lambda: bytearray(b'abc').append('a'))
v = memoryview(a := bytearray(b'abc'))
tries(lambda: a.append(1)); v.release(); a.append(100); print(a)
class B(bytes):
    def __new__(cls, v): return super().__new__(cls, v)
x = B(b'sub'); print(x, type(x[1:]).__name__, type(x + b'').__name__, x == b'sub', isinstance(x, bytes), type(bytes(x)).__name__)
print(bytes(memoryview(b'mv')), bytearray('é', 'latin-1'), list(bytearray(b'it')), *b'ab', bytes(reversed(b'abc')), b'a' in [b'a', 97], [*b'\x00\x01'], b'abc'[True], bytes(True), int.from_bytes(b'\x01\x00'), all(b'\x01\x02'), any(b'\x00'), sum(b'abc'), b'a\0b'.split(b'\0'))
