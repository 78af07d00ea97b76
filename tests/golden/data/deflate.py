# Library: deflate streams.
import zlib

X = b"hello world " * 50
C = zlib.compress(X)


def attempt(text):
    try:
        print(ascii(text), "->", ascii(eval(text)))
    except Exception as e:
        print(ascii(text), "->", type(e).__name__, e)


CASES = [
    'zlib.decompress(zlib.compress(X))==X',
    'zlib.decompress(zlib.compress(X,9,31),31)==X',
    'zlib.decompress(zlib.compress(X,wbits=-15),-15)==X',
    'zlib.decompress(C,47)==X',
    'zlib.decompress(C,0)==X',
    "zlib.compress('a')",
    "zlib.compress(b'a',10)",
    "zlib.compress(b'a',-2)",
    "zlib.compress(b'a',wbits=99)",
    "zlib.decompress('a')",
    "zlib.decompress(b'')",
    "zlib.decompress(b'abc')",
    'zlib.decompress(C[:-1])',
    'zlib.decompress(C[:-5])',
    "zlib.decompress(C+b'x')==X",
    'zlib.decompress(C,wbits=99)',
    'zlib.decompress(C,bufsize=0)==X',
    'zlib.decompress(C,bufsize=-1)==X',
    "zlib.decompress(b'x\\x9c'+b'\\xff'*10)",
    "zlib.adler32(b'abc')",
    "zlib.adler32(b'abc',5)",
    "zlib.adler32(b'abc',-1)",
    "zlib.adler32(b'abc',2**40)",
    "zlib.adler32('a')",
    "zlib.crc32(b'abc')",
    "zlib.crc32(b'abc',7)",
    'zlib.compressobj(10)',
    'zlib.compressobj(method=3)',
    'zlib.compressobj(wbits=3)',
    'zlib.compressobj(memLevel=0)',
    'zlib.compressobj(memLevel=10)',
    'zlib.compressobj(strategy=9)',
    "zlib.compressobj(zdict='a')",
    'zlib.decompressobj(99)',
    "zlib.decompressobj(zdict='a')",
    'zlib.decompressobj(zdict=1)',
    "zlib.compressobj().compress('a')",
    'zlib.compressobj().flush(9)',
    'zlib.compressobj().flush(0)',
    "zlib.decompressobj().decompress('a')",
    'zlib.decompressobj().decompress(C,-1)',
    'zlib.decompressobj().decompress(C,10)',
    "zlib.decompressobj().decompress(b'abc')",
    'zlib.decompressobj().flush(0)',
    'zlib.decompressobj().flush(-1)',
    'zlib.decompressobj().flush()',
    'zlib.error.__mro__',
    'type(zlib.compressobj())',
    'type(zlib.decompressobj())',
    'type(zlib.compressobj())()',
    'zlib._ZlibDecompressor().decompress(C)==X',
    'zlib._ZlibDecompressor(99)',
    "zlib._ZlibDecompressor().decompress('a')",
    "zlib._ZlibDecompressor().decompress(b'abc')",
]
for case in CASES:
    attempt(case)
