# §6.3.4/§7.2 Unpacking: calls, displays, returns, subscripts, loops; order and partial consumption.
def f(*a, **k): return a, k
def log(x): print(x, end=' '); return x
print(f(*[1, 2], 3, *'ab', k=1, **{'x': 2}, **dict(y=3)))
print(f(log(1), *log([2]), k=log(3), **log({'z': 4}), j=log(5)))
print([*range(3), *[], *'x'], (*'ab', *{1: 2}), {*[1, 2], *[2, 3]}, {**{'a': 1}, **{'a': 2, 'b': 3}, 'c': 4})
a, (b, [c, *d]), *e = 1, (2, 'xyz'), 3, 4; print(a, b, c, d, e)
first, *_, last = range(100); print(first, last, len(_))
def ret(): return 1, *range(2), *'z'
def gen(): yield 1, *[2, 3]; yield from (*'ab', 5)
print(ret(), list(gen()))
x = {}; x[1, *[2, 3]] = 'star sub'; print(x, x[*(1, 2, 3)])
for i, *j in zip('ab', [1, 2], [3, 4]): print(i, j, end=' ')
print(); print(*sorted({'b': 1, 'a': 2}), sep=','); print(*map(str, range(3)), *[[]], **{'sep': '|', 'end': '.\n'})
it = iter(range(10)); p, q = next(it), next(it); r, s, *t = it; print(p, q, r, s, t, list(it))
it = iter(range(10))
try: u, v = it
except ValueError as e: print(e, next(it))
it = iter([1])
try: u, v, w = it
except ValueError as e: print(e, list(it))
class It:
    def __iter__(self): print('iter', end=' '); yield 1; print('second', end=' '); yield 2; print('end', end=' ')
m, n = It(); print(m, n); print([*It()], f(*It())); m, *n = It(); print(m, n)
class Bad:
    def __iter__(self): yield 1; raise KeyError('mid unpack')
for g in (lambda: [*Bad()], lambda: f(*Bad()), lambda: {*Bad()}, lambda: exec('a, b = Bad()'), lambda: f(**Bad()), lambda: f(*1), lambda: f(**{1: 2}), lambda: f(k=1, **{'k': 2}), lambda: f(**None), lambda: {**1}, lambda: [*None], lambda: f(*[1], **5), lambda: max(*[]), lambda: print(*1), lambda: len(*[1, 2]), lambda: dict(**{'a': 1}, **{'a': 2})):
    try: print(g())
    except Exception as e: print(type(e).__name__, e)
class Map:
    def keys(self): return ['k1', 'k2']
    def __getitem__(self, k): return k.upper()
print(f(**Map()), {**Map(), 'z': 1}, dict(Map()))
class NoGet:
    def keys(self): return ['k']
class NoKeys:
    def __getitem__(self, k): return k
for c in NoGet, NoKeys:
    try: f(**c())
    except TypeError as e: print(e)
l = [1, 2, 3]; l[0], l[1:], l2 = l[2], [l[0]], l; print(l, l2 is l); i = 0; l = [0] * 3; i, l[i] = 1, 'set'; print(l); (l[0]), = [9]; print(l)
k = 1; k, k = 2, 3; print(k); a = b, c = 'pq'; print(a, b, c); d = [*e] = 'mn'; print(d, e); x = *y, z = 1, 2; print(x, y, z)
def swap(a, b): a, b = b, a; return a, b
def rot(a, b, c): a, b, c = c, a, b; return a, b, c
def four(a, b, c, d): a, b, c, d = d, c, b, a; return a, b, c, d
print(swap(1, 2), rot(1, 2, 3), four(1, 2, 3, 4)); lst = [3, 1]; lst[0], lst[1] = lst[1], lst[0]; print(lst); (a, b), (c, d) = {1: 2, 3: 4}.items(); print(a, b, c, d); [a, [b, c]] = [1, 'xy']; print(a, b, c)
print((lambda *a, **k: (a, k))(*range(2), **{'q': 1}), (lambda a, *b, c: (a, b, c))(*[1, 2], c=3), [(a, b) for a, *b in ['xyz', (1,)]], {k: v for k, (v, *_) in {'a': [1, 2]}.items()}, [*(y for y in 'gen')], dict([*{'a': 1}.items(), ('b', 2)]))
