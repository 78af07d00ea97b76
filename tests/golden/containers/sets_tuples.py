# §3.2.5-6 (set, frozenset, tuple) Algebra, comparisons, mutation, order of small ints, hashing, errors.
s = {3, 1, 2}; print(s, {5, 1, 3, 2, 4}, set(range(8)), {8, 0, 16}, {-1, -2}, set(), {1}, frozenset({2, 1}), frozenset(), set([3, 3, 3]), {True, 1, 1.0}, {0, False})
a, b = {1, 2, 3, 4}, {3, 4, 5}
print(a | b, a & b, a - b, a ^ b, a.union([9], (8,)), a.intersection([1, 9], {1}), a.difference([1], {2}), a.symmetric_difference([1, 7]), a < {1, 2, 3, 4, 5}, a <= a, a > {1}, a >= b, a.issubset(range(9)), a.issuperset([1]), a.isdisjoint([9]), a == {4, 3, 2, 1}, a != b)
a.add(9); a.discard(100); a.remove(9); a.update([10], {11}); a -= {10}; a |= {12}; a &= {1, 2, 11, 12}; a ^= {1, 99}; print(a, len(a), 2 in a); a.clear(); print(a, bool(a)); c = {1, 2}; d = c; d |= {3}; e = c | {4}; print(c, e, c is d, c.copy() is c)
f = frozenset([1, 2]); print(f | {3}, {3} | f, type(f | {3}).__name__, type({3} | f).__name__, f == {1, 2}, hash(f) == hash(frozenset([2, 1])), {f: 'key'}[frozenset({1, 2})], f in {f}, {1, 2} in {f}, f.copy() is f, frozenset(f) is f, {frozenset()}, f - {1}, f & {2}, f < {1, 2, 3})
x = set('hello'); print(len(x), sorted(x), x == set('olleh'), x.pop() in 'hello', len(x), {1, 'a', None, (1, 2), 2.5} == {None, 2.5, 'a', (1, 2), 1})
def tries(*fs):
    for g in fs:
        try: print(g())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: {[]}, lambda: {1}.remove(2), lambda: set().pop(), lambda: {1} | [2], lambda: {1} < [1], lambda: {1} + {2}, lambda: {1}[0], lambda: set(5), lambda: hash(set()), lambda: {1}.add(), lambda: frozenset().add(1), lambda: {1}.update(5), lambda: {{1}}, lambda: set(1, 2), lambda: {1} - 1, lambda: {1}.union(None), lambda: {1}.remove([]), lambda: {1}.remove({1}), lambda: [] in {1}, lambda: {1} in {1}, lambda: {1}.isdisjoint(5), lambda: {*5})
t = (1, 'a', 2.5); print(t, (), (1,), t[0], t[-1], t[1:], t + (9,), t * 2, 0 * t, len(t), 'a' in t, t.index('a'), t.count(1), t == (1, 'a', 2.5), t < (1, 'b'), hash(t) == hash((1, 'a', 2.5)), tuple('ab'), tuple([1]), tuple(t) is t, () is (), (1, (2, (3,)))[1][1][0], tuple(range(3)), t[::-1], *t)
tries(lambda: t.__setitem__, lambda: exec('t[0] = 1'), lambda: exec('del t[0]'), lambda: t + [1], lambda: t[5], lambda: t.index('z'), lambda: hash((1, [])), lambda: () < 5, lambda: tuple(5), lambda: (1,) * 'a', lambda: t.foo, lambda: (1, 2) < ('a',), lambda: (1, 2)['a'])
m = ([],); m[0].append(1); print(m)
try: m[0] += [2]
except TypeError as e: print(e, m)
class P(tuple):
    def __new__(cls, x, y): return super().__new__(cls, (x, y))
    x = property(lambda self: self[0])
p = P(1, 2); print(p, p.x, p == (1, 2), {(1, 2): 'v'}[p], type(p + ()).__name__, type(p[:]).__name__, p < P(1, 3), isinstance(p, tuple))
class FS(frozenset):
    def __repr__(self): return 'FS'
print(FS([1]) | {2}, type(FS() | FS()).__name__, FS() == frozenset(), {FS([1])} == {frozenset([1])}, set.union(set(), FS([1])))
class H:
    def __init__(self, v, h): self.v, self.h = v, h
    def __hash__(self): return self.h
    def __eq__(self, o): return isinstance(o, H) and self.v == o.v
    def __repr__(self): return f'H{self.v}'
hs = {H(i, i % 2) for i in range(6)}; print(len(hs), H(3, 1) in hs, H(3, 0) in hs, sorted(h.v for h in hs)); hs -= {H(0, 0), H(1, 1)}; print(len(hs), sorted(h.v for h in hs & {H(2, 0), H(9, 1)}))
big = set(range(500)); big -= set(range(0, 500, 2)); big |= {1000, 2000}; print(len(big), min(big), max(big), sum(big), 250 in big, 251 in big); order = list(set(range(100))); print(order == list(range(100)), list({10, 3, 7, 1})); z = set(range(5)); it = iter(z); next(it); tries(lambda: [z.add(50), next(it)]); print(it.__length_hint__() if False else 'hint')
print([n for n in {i % 7 for i in range(50)}], {x // 2 for x in range(6)}, set('a') == {'a'}, set().union(*[{1}, {2}]), set.intersection({1, 2}, {2, 3}, [2]), {1, 2}.__repr__(), set([(1, 2), (1, 2)]), {1: 2}.keys() | {3}, {-1, -2, 0}, set([2**61 - 1, 0]))
