# Hot loops that mix attribute kinds: instance, class, slots, properties, modules, built-in methods and bound methods kept in locals.
import math
class A:
    c = 1
    def __init__(self): self.i = 2; self.f = lambda: 3
    @property
    def p(self): return self.i + 1
    def m(self, k=0): return self.i + k
    @classmethod
    def cm(cls): return cls.c
    @staticmethod
    def sm(): return 5
class S:
    __slots__ = ('s', 't')
    def __init__(self): self.s = 1; self.t = [0]
a, s = A(), S()
def run(n):
    t = 0; m = a.m; ap = s.t.append
    for i in range(n):
        t += a.c + a.i + a.f() + a.p + a.m() + m(1) + a.cm() + A.cm() + a.sm() + s.s
        s.s = i & 3; a.i = i & 1; ap(i)
        t += math.floor(2.5) + len(s.t) % 3 + [1, 2].index(2) + 'ab'.find('b') + {1: 2}.get(1) + (3).bit_length()
        if i % 500 == 499: A.c += 1; s.t.clear()
    return t
print(run(3000), a.i, A.c, s.s)
def swap(n):
    objs = [A(), S(), math, 'str', [1]]; r = []
    for i in range(n):
        o = objs[i % 5]
        r.append(type(o).__name__ if not hasattr(o, 'i') else o.i)
    return r[-5:], len(set(map(str, r)))
print(swap(2000))
class Chain:
    def __init__(self): self.v = []
    def add(self, x): self.v.append(x); return self
    def __getattr__(self, n): return lambda: (n, len(self.v))
c = Chain()
for i in range(1000): c.add(i).add(-i)
print(c.anything(), sum(c.v), c.v[-2:])
class Count:
    n = 0
    def __setattr__(self, k, v): Count.n += 1; object.__setattr__(self, k, v)
x = Count()
for i in range(1500): x.a = i; x.b = x.a
print(Count.n, x.a, x.b)
class Dyn: pass
d = Dyn()
for i in range(300): setattr(d, f'a{i}', i)
print(sum(getattr(d, f'a{i}') for i in range(300)), len(vars(d)), sum(d.__dict__.values()))
for i in range(0, 300, 2): delattr(d, f'a{i}')
print(len(vars(d)), hasattr(d, 'a0'), d.a299)
