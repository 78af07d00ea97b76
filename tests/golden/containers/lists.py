# §3.2.5 (list) Lists: methods, repetition, comparison, mutation, copies, errors, self-reference.
l = [3, 1, 2]
l.append(4); l.extend('ab'); l.extend(x for x in (5,)); l.insert(0, 'first'); l.insert(-1, 'near'); l.insert(100, 'last'); l.insert(-100, 'front'); print(l)
print(l.pop(), l.pop(0), l.pop(-2), l); l.remove('a'); print(l, l.index(1), l.index(2, 2), l.count(3), l[::-1]); l.reverse(); print(l); c = l.copy(); c.clear(); print(c, len(l))
print([1, 2] + [3], [0] * 3, 2 * [1, 2], [] * 5, [1] * -1, [1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [0], [[1], 2] == [[1], 2.0], [1, 'a'] == [1, 'a'], 2 in [1, 2], [1, 2, 3][-2:], [*range(3)], list('abc'), list({1: 2}), list((1,)), list(range(3)))
m = [[0] * 2] * 2; m[0][0] = 1; print(m); m = [[0] * 2 for _ in range(2)]; m[0][0] = 1; print(m)
a = [1, 2, 3]; b = a; b += [4]; a = a + [5]; print(a, b); a[1:1] = a; print(a); a[:] = []; print(a); a.extend(a); a.append(a); print(a, a == a, len(a), a[0] is a)
x = [5, 3, 8, 1]; x.sort(); print(x); x.sort(reverse=True); print(x); x.sort(key=lambda v: v % 3); print(x, sorted(x), sorted('bca', reverse=True), sorted([(1, 'b'), (1, 'a'), (0, 'c')]), sorted(['B', 'a', 'C'], key=str.lower), sorted([3, 1, 2], key=lambda v: -v))
recs = [('a', 2), ('b', 1), ('c', 2), ('d', 1)]; print(sorted(recs, key=lambda r: r[1]), sorted(recs, key=lambda r: r[1], reverse=True)); recs.sort(key=lambda r: (-r[1], r[0])); print(recs)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: [].pop(), lambda: [1].pop(3), lambda: [1].remove(2), lambda: [1].index(2), lambda: [1][2], lambda: [1].__setitem__(3, 1), lambda: [1].__delitem__(3), lambda: [1] + (2,), lambda: [1] * 1.5, lambda: [1] < (1,), lambda: [1, 'a'].sort(), lambda: [1].extend(5), lambda: list(1), lambda: [1]['x'], lambda: [1].index(1, 5), lambda: [].append(), lambda: [1].insert(1), lambda: [1j, 2j].sort(), lambda: [2, 1].sort(key=5), lambda: [3].sort(lambda a: a), lambda: hash([]), lambda: [0] * (2**62), lambda: [1].pop('a'))
class Bomb:
    def __init__(self, v): self.v = v
    def __lt__(self, o): 
        if o.v == 2: raise ValueError('compare bomb')
        return self.v < o.v
    def __repr__(self): return f'B{self.v}'
q = [Bomb(3), Bomb(1), Bomb(2), Bomb(0)]
tries(q.sort); print(len(q), sorted(b.v for b in q))
k = [3, 1, 2]
def key(v): k.append(9); return v
tries(lambda: k.sort(key=key)); print(k)
class EqLog:
    def __init__(self, n): self.n = n
    def __eq__(self, o): print(f'{self.n}==', end=' '); return self.n == getattr(o, 'n', o)
e = [EqLog(1), EqLog(2)]; print(2 in e, e.index(2), e.count(1), [EqLog(1)] == [1])
it = iter([1, 2, 3]); print(next(it), it.__length_hint__(), list(it), it.__length_hint__(), next(it, 'end')); l = [1, 2]; it = iter(l); next(it); l.append(3); print(list(it)); l.append(4); print(list(it)); r = reversed([1, 2, 3]); print(next(r), list(r), type(r).__name__)
class L(list):
    def __getitem__(self, i): return 'custom'
    def append(self, v): super().append(v * 2)
s = L([1]); s.append(2); print(s, s[0], list(s), s == [1, 4], type(s + [1]).__name__, type(s[:]).__name__ if False else s[:], type(s.copy()).__name__, s * 2, isinstance(s, list))
big = list(range(1000)); del big[::2]; print(len(big), big[:3], sum(big)); big[::-1] = sorted(big); print(big[:3]); del big[10:490]; print(len(big), big[9:12]); big[2:18] = 'abc'; print(big[:6])
n = list(range(5)); n[1:3], n[0] = [n[0]], n[-1]; print(n); n[:2] = n[2:]; print(n); n[len(n):] = [7]; print(n); n[1:-1] = (); print(n)
print([x for x in [1, [2, [3]]] if x], [[]] * 2, [[], [()], {}], [None, True, ...], str([1, 'a', [b'x']]), [1, 2, 3] > [1, 2], max([1, 5], [1, 4]), [[1, 2], [3]][0][1], sum([[1], [2]], []))
