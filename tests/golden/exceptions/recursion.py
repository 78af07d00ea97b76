# §8.4/§6.3.4 Recursion limits: RecursionError is catchable in every kind of call, and the limit can be set.
import sys
print(sys.getrecursionlimit())
def plain(n): return plain(n + 1)
class A:
    def __getattr__(self, name): return getattr(self, name + '_')
    def __eq__(self, o): return self == o
    def __add__(self, o): return self + o
    def __call__(self): return self()
    def __iter__(self): return iter(self)
    def __repr__(self): return repr(self)
    @property
    def p(self): return self.p
a = A()
def gen(): yield from gen()
def mutual(n): return mutual2(n)
def mutual2(n): return mutual(n)
lam = lambda: lam()
def comp(): return [comp() for _ in '1']
for name, f in (('plain', lambda: plain(0)), ('eq', lambda: a == a), ('add', lambda: a + 1), ('call', a), ('repr', lambda: repr(a)), ('prop', lambda: a.p), ('gen', lambda: list(gen())), ('mutual', lambda: mutual(0)), ('lambda', lam), ('comp', comp)):
    try: f()
    except RecursionError as e: print(name, type(e).__name__, str(e).startswith('maximum recursion depth exceeded'))
depth = 0
def measure():
    global depth
    depth += 1
    measure()
sys.setrecursionlimit(200)
try: measure()
except RecursionError: print('shallow', 150 < depth <= 200)
sys.setrecursionlimit(5000)
def count(n): return 0 if n == 0 else 1 + count(n - 1)
print(count(4000))
sys.setrecursionlimit(1000)
for bad in (0, -1, 'a'):
    try: sys.setrecursionlimit(bad)
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
l = []; l.append(l); print(l)
d = {}; d['d'] = d; print(d)
t = ([],); t[0].append(t); print(t)
try: l == [l]; print('equal by identity')
except RecursionError: print('list comparison recursion')
m = []; m.append(m); n = []; n.append(n)
try: m == n
except RecursionError as e: print('two cyclic lists', type(e).__name__)
nested = []
for _ in range(100000): nested = [nested]
del nested
print('deep structure freed')
try:
    try: plain(0)
    finally: print('finally after recursion')
except RecursionError: print('caught outside')
