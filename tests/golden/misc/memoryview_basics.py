# §3.2.5 memoryview: slicing, casting, release, comparison, writing through, errors.
b = bytearray(b'abcdef'); m = memoryview(b)
print(len(m), m[0], m[-1], m[1:4].tobytes(), m.tolist(), m.format, m.itemsize, m.ndim, m.shape, m.strides, m.nbytes, m.readonly, m.contiguous, m.obj is b, memoryview(b'x').readonly)
m[0] = 65; m[1:3] = b'BC'; print(b); m[::2] = b'123'; print(b, bytes(m[::-1]), m[::2].tolist(), m[4:1:-1].tobytes(), list(m), m.hex(), bytes(m[5:2]))
print(m == b, m == bytes(b), m[:2] == m[:2], m != b'x', hash(memoryview(b'ab')) == hash(b'ab'), 49 in m, m.count(49), m.index(66))
i = memoryview(bytearray(8)).cast('i'); i[0] = -1; i[1] = 258; print(i.tolist(), i.format, i.shape, i.cast('B').tolist(), i.cast('B').cast('h').tolist()); d = memoryview(bytearray(16)).cast('d'); d[0] = 1.5; print(d.tolist(), d.nbytes)
t = memoryview(bytes(range(12))).cast('B', (3, 4)); print(t.shape, t.strides, t[1, 2], t.tolist(), len(t), t.ndim); c = memoryview(b'ab').cast('c'); print(c[0], c.tolist()); q = memoryview(bytes([0, 1])).cast('?'); print(q.tolist())
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
def setm(m, k, v): m[k] = v
tries(lambda: m[10], lambda: setm(m, 0, 300), lambda: setm(m, 0, 'a'), lambda: setm(m, slice(0, 2), b'abc'), lambda: setm(memoryview(b'a'), 0, 1), lambda: memoryview('a'), lambda: memoryview(5), lambda: m['a'], lambda: b.append(1), lambda: hash(m), lambda: memoryview(b'abc').cast('i'), lambda: m.cast('zz'), lambda: t[0], lambda: t[5, 5], lambda: t[0:1], lambda: memoryview(b'abcd').cast('i').cast('h'), lambda: m[1.5], lambda: m + m, lambda: m < m, lambda: del_(m))
def del_(m): del m[0]
tries(lambda: del_(m))
s = m[1:3]; m.release(); print(s.tobytes()); tries(lambda: m[0], lambda: len(m), lambda: repr(m).split(' at ')[0], lambda: m.tobytes()); s.release(); b.append(33); print(b)
with memoryview(b) as w: print(w[0])
tries(lambda: w[0]); e = memoryview(b''); print(len(e), e.tolist(), bytes(e), e == b'', memoryview(b'abc')[::-1].contiguous, memoryview(memoryview(b'ab')).tobytes(), bytes(memoryview(b'abc')[1:]), bytearray(memoryview(b'q')), memoryview(b'a').toreadonly().readonly, b'-'.join([memoryview(b'x'), b'y']), int.from_bytes(memoryview(b'\x01\x00'), 'big'))
