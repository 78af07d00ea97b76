# Deep chains of small calls, methods, properties and closures, with a raise or a frame look from the innermost.
import sys
def a(x): return b(x) + 1
def b(x): return c(x) * 2
def c(x): return d(x) - 3
def d(x): return e(x) if x % 2 else x
def e(x): return x // 2
def run(n): 
    t = 0
    for i in range(n): t += a(i)
    return t
print(run(5000))
class V:
    def __init__(self, x): self._x = x
    @property
    def x(self): return self._x
    def add(self, o): return V(self.x + o.x)
    def scale(self, k): return V(self.x * k)
    def norm(self): return abs(self.x)
def vecs(n):
    v = V(0)
    for i in range(n): v = v.add(V(i)).scale(1 if i % 100 else 0)
    return v.norm()
print(vecs(3000))
def names():
    f, out = sys._getframe(1), []
    while f and f.f_code.co_name != '<module>': out.append((f.f_code.co_name, f.f_lineno)); f = f.f_back
    return out
def p(i): return q(i)
def q(i): return r(i, i * 2)
def r(i, j): return names() if i == 2999 else i
def look(n):
    for i in range(n): last = p(i)
    return last
print(look(3000))
def w(i):
    if i == 2500: raise ValueError('innermost')
    return i
def v(i): return w(i) + 1
def u(i):
    return v(i) + 1
def raising(n):
    for i in range(n): u(i)
try: raising(3000)
except ValueError as err:
    tb = err.__traceback__
    while tb: print(tb.tb_frame.f_code.co_name, tb.tb_lineno, end='; '); tb = tb.tb_next
print()
def compose(*fs):
    def run(x):
        for f in fs: x = f(x)
        return x
    return run
inc, dbl = (lambda x: x + 1), (lambda x: x * 2)
pipe = compose(inc, dbl, inc, lambda x: x % 1000)
x = 1
for _ in range(2000): x = pipe(x)
print(x)
def dflt(x, y=2, *, z=3): return x * y + z
def kwcalls(n):
    t = 0
    for i in range(n): t += dflt(i) + dflt(i, 1) + dflt(i, z=0) + dflt(y=i, x=2) + dflt(*(i,), **{'z': 1})
    return t
print(kwcalls(2000))
def ack(m, n): return n + 1 if m == 0 else ack(m - 1, 1) if n == 0 else ack(m - 1, ack(m, n - 1))
print(ack(2, 30), ack(3, 3))
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
print([even(i) for i in (100, 301)], sum(even(i % 20) for i in range(1000)))
class T:
    def __getitem__(self, i): return i * 2
    def __contains__(self, x): return x % 2 == 0
    def __call__(self, x): return self[x] + (x in self)
    def __eq__(self, o): return o > 5
    def __iter__(self): return iter((1, 2))
t = T(); s = 0
for i in range(2000): s += t(i) + (t == i % 10) + sum(t)
print(s)
def locals_at(n):
    for i in range(n):
        sq = i * i
        if i == 2000: return sorted(locals().items())
print(locals_at(3000))
