# §3.2.5 Sorting: stability, keys, reverse, partial order, errors midway, mutation, large and structured inputs.
import functools
data = [(i * 37 % 11, chr(97 + i % 5), i) for i in range(30)]
print(sorted(data)[:4], sorted(data, key=lambda d: d[0])[:4], sorted(data, key=lambda d: (d[1], -d[0]))[:4], sorted(data, reverse=True)[:3])
s = sorted(data, key=lambda d: d[1]); print(all(a[2] < b[2] for a, b in zip(s, s[1:]) if a[1] == b[1])); r = sorted(data, key=lambda d: d[1], reverse=True); print(all(a[2] < b[2] for a, b in zip(r, r[1:]) if a[1] == b[1]))
print(sorted('The quick Brown fox'.split(), key=str.lower), sorted([3, 1.5, True, 2**70, -0.0]), sorted({3: 'c', 1: 'a'}.items()), sorted([[2], [1, 5], [1]]), sorted(['b', 'B', 'a', 'é', '😀']), sorted([b'b', b'a']), sorted([(1, 'a'), (1, 'A')]), sorted([frozenset([1]), frozenset()], key=len), sorted(range(5), key=lambda x: -x), sorted('hello'), sorted([]), sorted((2, 1)))
print(sorted([5, 2, 9], key=functools.cmp_to_key(lambda a, b: b - a)), sorted([float('inf'), -1, float('-inf')]))
for n in (10, 64, 65, 500, 2000):
    l = [(i * 7919 + 13) % 1009 for i in range(n)]; c = sorted(l)
    assert all(a <= b for a, b in zip(c, c[1:])) and sorted(l, reverse=True) == c[::-1] and sorted(c) == c and sorted(c[::-1]) == c and sorted(map(float, l)) == c and sorted(map(str, l), key=int) == [str(v) for v in c]
    m = l[:n // 2]; m.sort(); m += l[n // 2:]; m.sort(); assert m == c; print(n, c[0], c[n // 2], c[-1], sum(i * v for i, v in enumerate(c)))
class Lt:
    n = 0
    def __init__(self, v): self.v = v
    def __lt__(self, o): Lt.n += 1; return self.v < o.v
l = [Lt(i) for i in range(100)]; l.sort(); print(Lt.n); Lt.n = 0; l.sort(reverse=True); print(Lt.n, l[0].v)
class Bad:
    def __init__(self, v): self.v = v
    def __lt__(self, o):
        if self.v == 5 or o.v == 5: raise ValueError('five')
        return self.v < o.v
b = [Bad(i) for i in (3, 9, 5, 1, 7)]
try: b.sort()
except ValueError as e: print(e, len(b), sorted(x.v for x in b))
for f in (lambda: [1, 'a'].sort(), lambda: sorted([1, None]), lambda: sorted([1j, 2]), lambda: sorted([{}, {}]), lambda: sorted([1], key=1), lambda: sorted([1], lambda x: x), lambda: sorted([1], reverse='x'), lambda: sorted([2, 1], reverse=1), lambda: sorted([2, 1], key=None), lambda: sorted([1], key=lambda: 0), lambda: sorted(5), lambda: [3, 1].sort(), lambda: sorted([2, 1], foo=1), lambda: sorted([object(), object()])):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
x = [3, 1, 2]; x.sort(key=lambda v: x.append(1) or v) if 0 else x.sort(); print(x); y = [2, 1]; z = y; z.sort(); print(y, y is z); print([v for _, v in sorted(zip([3, 1, 2], 'cab'))], max([(1, 'x'), (1, 'y')]), min('banana', key='ban'.index), sorted(sorted('ba'), reverse=True))
