# §7.2.1 Augmented assignment: in-place methods, fallbacks, single evaluation of the target.
class A:
    def __init__(self, v): self.v = v
    def __iadd__(self, o): print('iadd', o); self.v += o; return self
    def __add__(self, o): print('add', o); return A(self.v + o)
    def __sub__(self, o): print('sub', o); return A(self.v - o)
    def __imul__(self, o): print('imul'); return NotImplemented
    def __mul__(self, o): print('mul'); return 'product'
    def __itruediv__(self, o): return 'replaced'
a = b = A(1); a += 2; print(a is b, a.v)
a = b = A(1); a -= 2; print(a is b, a.v, b.v)
a *= 3; print(a)
a = A(1); a /= 2; print(a)
x = 7
x += 1; x -= 2; x *= 3; print(x)
x //= 4; x **= 3; x %= 10; print(x)
x <<= 4; x >>= 1; x |= 1; x &= 0b1011; x ^= 2; print(x)
x /= 4; print(x)
l = m = [1]; l += (2, 3); l *= 2; print(l, m is l)
t = u = (1,); t += (2,); print(t, u)
s = 'a'; s += 'b'; s *= 3; s %= (); print(s)
st = {1}; st |= {2}; st &= {2, 3}; st ^= {5}; st -= {2}; print(st)
d = {'a': 1}; e = d; d |= {'b': 2}; d |= [('c', 3)]; print(d, e is d)
def target(): print('once', end=' '); return holder
class H: pass
holder = H(); holder.n = 1; holder.l = [1, 2]
target().n += 5; target().l[0] += 10; target().l[:1] += ['x']; print(holder.n, holder.l)
def key(): print('key', end=' '); return 'k'
d = {'k': 1}; d[key()] += 1; print(d)
tup = ([1],)
try: tup[0] += [2]
except TypeError as e: print(e, tup)
def f():
    try: q += 1
    except UnboundLocalError as e: print(e)
f()
class M:
    def __imatmul__(self, o): return ('@', o)
m = M(); m @= 3; print(m)
class D:
    val = [0]
d1 = D(); d1.val += [1]; print(D.val, 'val' in vars(d1))
d1.count = 0
D.count = 10; d1.count += 1; print(d1.count, D.count)
for src in ('x = 1; x += "a"', 'x = "a"; x += 1', 'x = []; x += 1', 'x = {}; x |= 1', 'x = None; x -= 1', 'x = {1}; x |= [1]', 'x = (); x += []', 'x = 1; x @= 2', 'x = 1; x <<= -1', 'x = b""; x += "s"', 'x = {}; x += {}', 'x = 1; x **= None', 'x = 5; x &= 1.0', 'undefined += 1'):
    try: exec(src)
    except Exception as e: print(src, '->', type(e).__name__, e)
