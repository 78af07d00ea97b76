# Variables and call sites that change type after they are warm.
def add(a, b): return a + b
def loop(items):
    t = items[0]
    for x in items[1:]: t = add(t, x)
    return t
print(loop(list(range(3000))), loop([1] * 2000 + [0.5] + [2] * 10), loop(['a'] * 2000)[-3:], len(loop([[1]] * 500)), loop([True] * 1500), loop([1] * 2000 + [1j]), loop([0.1] * 1000 + [10**30]), loop([(1,)] * 300)[:2])
def poly(n):
    x = 0
    for i in range(n):
        if i == n // 3: x = float(x)
        elif i == n // 2: x = str(x)
        elif i == 2 * n // 3: x = len(x)
        x = x + (1 if not isinstance(x, str) else '')
    return x
print(poly(3000), poly(30))
class A:
    def f(self): return 1
class B:
    def f(self): return 2.0
class C(A):
    def f(self): return super().f() + 10
def calls(objs):
    t = 0
    for o in objs: t += o.f()
    return t
print(calls([A()] * 2000), calls([A(), B()] * 1000), calls([A(), B(), C()] * 700), calls([C()] * 10))
def attr(objs):
    t = 0
    for o in objs:
        try: t += o.v
        except AttributeError: t -= 1
    return t
class V: pass
vs = []
for i in range(1500):
    o = V()
    if i % 3 == 0: o.w = 1
    if i % 5: o.v = i
    if i % 7 == 0: o.z = 1
    vs.append(o)
print(attr(vs))
def idx(c, n):
    t = 0
    for i in range(n): t += c[i % len(c)]
    return t
print(idx([1, 2, 3], 2000), idx((4, 5), 2000), idx(b'ab', 2000), idx({0: 7, 1: 8}, 2000), idx(range(10, 12), 2000), idx(bytearray(b'\x01'), 500))
def truth(xs):
    n = 0
    for x in xs:
        if x: n += 1
        if not x: n += 100
    return n
print(truth([1, 0] * 1000), truth([1.0, 0.0, '', 'a', None, [], [0], {}, object()] * 300), truth([float('nan')] * 10))
def cmp(pairs):
    n = 0
    for a, b in pairs: n = n * 2 % 1000003 + (a < b) + (a == b) * 3
    return n
print(cmp([(1, 2)] * 1500), cmp([(1, 2.5), ('a', 'b'), ((1,), (1, 2)), (2**70, 2**71), (1.0, 1)] * 300))
try: cmp([(1, 2)] * 1000 + [(1, 'a')])
except TypeError as e: print(e)
def ret(i): return i if i < 1000 else (float(i) if i < 2000 else str(i))
print([type(ret(i)).__name__ for i in (999, 1000, 2000)], sum(len(str(ret(i))) for i in range(3000)))
