# §6.2.8 Generator expressions: laziness, scoping of the first iterable, nesting, calls without parentheses.
def noisy(n):
    for i in range(n):
        print('make', i, end='; ')
        yield i
g = (x * 10 for x in noisy(3) if x != 1)
print('created'); print(next(g)); print(list(g))
try: (x for x in 5)
except TypeError as e: print('immediately', e)
g = (1 / x for x in (1, 0, 2))
print(next(g))
try: next(g)
except ZeroDivisionError as e: print(e)
print(list(g), 'finished after the error')
src = [1, 2, 3]
g = (x for x in src); src = [9]; print(list(g))
k = 1
g = (x * k for x in [1, 2]); k = 100; print(list(g))
inner = [1, 2]
g = ((a, b) for a in [1, 2] for b in inner); inner = ['late']; print(list(g))
print(sum(i for i in range(4)), ''.join(c for c in 'abc'), dict((c, ord(c)) for c in 'ab'), sorted((-i for i in range(3)), key=abs), max((len(w), w) for w in ('a', 'ccc', 'bb')))
print(any(print('t', x) or x for x in (0, 2, 3)), all(x < 2 for x in range(5)))
ge = (i for i in range(5)); print(2 in ge, list(ge))
print(list(zip(it := iter(range(6)), it)), [*(x for x in 'ab')], {*(1, 2)}, (*(x for x in '12'),))
nested = ((y for y in range(x)) for x in range(3)); print([list(n) for n in nested])
primes = (p for p in range(2, 40) if all(p % d for d in range(2, p))); print(list(primes))
print((x for x in []).__name__, (x for x in []).__qualname__, type(x for x in []).__name__)
def f(): return (x for x in 'q').__qualname__
print(f())
g = (x for x in range(3)); next(g); g.close(); print(list(g))
class C:
    a = 5
    ok = list(a for _ in [1]) if False else list(x for x in range(a))
    print(ok)
try:
    class D:
        a = 5
        bad = list(a for _ in [1])
except NameError as e: print(e)
g = (lambda: i for i in range(3)); print([f() for f in g]); g = [f for f in (lambda: i for i in range(3))]; print([f() for f in g])
def consume(gen): return next(gen, 'default'), next(gen, 'default')
print(consume(x for x in [1]))
count = 0
def bump():
    global count; count += 1; return count
lazy = (bump() for _ in range(100)); print(count, next(lazy), next(lazy), count)
def send_ge():
    g = (x for x in range(3)); next(g); return g.send('ignored')
print(send_ge())
print(list(x for x in [1, 2, 3] if x > 1 if x < 3), list(x if x else 'zero' for x in range(2)))
