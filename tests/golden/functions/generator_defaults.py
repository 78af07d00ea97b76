# §8.7 Default values, keyword-only defaults and closures: when each is evaluated and shared.
log = []
def v(x): log.append(x); return x
def f(a=v('a'), *, k=v('k')): return a, k
print(log, f(), f(), f.__defaults__, f.__kwdefaults__)
def acc(x, seen={}): seen[x] = len(seen); return seen
acc('p'); print(acc('q'), acc('r', {}), acc.__defaults__[0] is acc('p'))
fs = [lambda x=i: x for i in range(3)]; print([g() for g in fs], [g(9) for g in fs])
x = 1
def g(y=x, z=lambda: x): return y, z()
x = 2; print(g())
class C:
    n = 5
    def m(self, n=n, l=[]): l.append(n); return l
    n = 6
c = C(); c.m(); print(c.m(1), C.m.__defaults__)
def outer(d):
    def inner(a=d): nonlocal_ = a; return a, d
    d = 'rebound'
    return inner
print(outer('first')())
def sentinel(a, b=...): return 'missing' if b is ... else b
print(sentinel(1), sentinel(1, None))
def self_ref(n, f=None): return n if f is None else f(n)
print(self_ref(3), self_ref(3, self_ref))
f.__defaults__ = ('new',); f.__kwdefaults__['k'] = 'newk'; print(f())
def gen(start=v('gen')):
    yield start
print(list(gen()), log)
def order(a=v(1), b=v(2), /, c=v(3), *, d=v(4), e=v(5)): pass
print(log[-5:])
@(lambda fn: (v('deco'), fn)[1])
def decorated(q=v('default')) -> v('ann'): pass
print(log[-2:])
lam = lambda a, b=v('lam'), *c, d=v('lamd'), **e: (a, b, c, d, e)
print(lam(1), lam(1, 2, 3, d=4, e=5), log[-2:])
try:
    def bad(a=1 / 0): pass
except ZeroDivisionError as e: print(e, 'bad' in globals())
h = type(f)(f.__code__, globals(), 'copy', (7,)); h.__kwdefaults__ = {'k': 8}; print(h(), h.__name__)
def t(a, b=1, *, c): return a, b, c
t.__kwdefaults__ = {'c': 'c', 'unknown': 1}; t.__defaults__ = (0, 0); print(t())
for bad in (1, [], 'a'):
    try: t.__defaults__ = bad
    except TypeError as e: print(e)
t.__defaults__ = None
try: t()
except TypeError as e: print(e)
