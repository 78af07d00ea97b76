# §6.3.3 Slicings: on sequences, with extremes, on own classes; slice objects.
s = 'abcdefghij'
for sl in (slice(None), slice(2, 5), slice(-3, None), slice(None, None, -1), slice(8, 2, -2), slice(100, -100, -3), slice(5, 5), slice(-100, 100, 3), slice(None, None, 2**70), slice(2**80, None, -2**80), slice(True, 5, True)):
    print(sl, s[sl], list(s)[sl] == list(s[sl]), tuple(s)[sl] == tuple(s[sl]), s.encode()[sl] == s[sl].encode(), list(range(10)[sl]), sl.indices(10))
print(slice(1, 2) == slice(1, 2, None), slice(1) < slice(2), slice(1, 2, 3).start, hash(slice(1, 2)) == hash(slice(1, 2)))
l = list(range(10))
l[2:5] = 'xy'; print(l)
l[::2] = [0] * len(l[::2]); print(l)
l[1:1] = [7, 8]; print(l)
l[-2:] = []; print(l)
l[:0] = (9,); print(l)
del l[::3]; print(l)
del l[5:1:-2]; print(l)
l[:] = l + l; print(l)
l[5:2] = ['in']; print(l)
def tries(f):
    try: f()
    except Exception as e: print(type(e).__name__, e)
    else: print(l)
def setitem(k, v): l[k] = v
tries(lambda: setitem(slice(None, None, 2), [1])); tries(lambda: setitem(slice(0, 1), 5)); tries(lambda: s[::0]); tries(lambda: s[1.5:]); tries(lambda: setitem(99, 1))
tries(lambda: setitem(slice(0, 2), iter('pq'))); tries(lambda: s['a':]); tries(lambda: slice()); tries(lambda: setitem(slice(0, 4, 0), [])); tries(lambda: slice(1, 2).indices(-1))
class I:
    def __init__(self, v): self.v = v
    def __index__(self): print('index', self.v, end=' '); return self.v
print(s[I(2):I(7):I(2)], l[I(0)], range(20)[I(3)])
class V:
    def __getitem__(self, k): return ('get', k)
    def __setitem__(self, k, v): print('set', k, v)
    def __delitem__(self, k): print('del', k)
v = V()
print(v[1:2:3], v[:], v[1:, :2], v[::, ...])
v[1:2] = 3; v[::2] += ('more',); del v[5:], v[1]
b = bytearray(b'0123456789'); b[2:4] = b'xyz'; print(b); b[::2] = b'AAAAAA'; print(b); del b[1:4]; print(b)
m = memoryview(b'0123456789')[2:8:2]; print(bytes(m), m.strides, bytes(m[::-1]))
print((1, 2, 3)[::-1], range(0, 10, 3)[::-1], range(5)[1:3], ''[::-1] == '')
