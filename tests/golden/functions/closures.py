# §4.2 Naming and binding: closures, cells, class scopes, late binding, free variables.
def make(n):
    def add(x): return x + n
    def setn(v):
        nonlocal n
        n = v
    return add, setn
add, setn = make(1)
print(add(10)); setn(5); print(add(10), add.__closure__[0].cell_contents, add.__code__.co_freevars, make.__code__.co_cellvars)
fs = []
for i in range(3): fs.append(lambda: i)
print([f() for f in fs]); i = 'rebound'; print(fs[0]())
def per():
    out = []
    for i in range(3):
        def f(): return i
        out.append(f)
    return out
print([f() for f in per()])
def unbound():
    def inner(): return later
    try: inner()
    except NameError as e: print(type(e).__name__, e)
    later = 'now'
    return inner()
print(unbound())
x = 'global'
class A:
    x = 'class'
    def m(self): return x
    y = [x for _ in '1']
    z = (lambda: x)()
print(A().m(), A.y, A.z)
def outer():
    x = 'local'
    class B:
        seen = x
        x = 'shadow'
        also = x
        def m(self): return x
    return B.seen, B.also, B().m()
try: print(outer())
except NameError as e: print(type(e).__name__, e)
def outer2():
    x = 'enclosing'
    class B:
        y = x
        def m(self): return x
    return B.y, B().m()
print(outer2())
def cells():
    a, b = 1, 2
    def f(): return a, b
    c = f.__closure__
    c[0].cell_contents = 'changed'
    del c[1].cell_contents
    try: return f()
    except NameError as e: return a, str(e)
print(cells())
def shared():
    n = 0
    def inc():
        nonlocal n; n += 1
        return n
    def dec():
        nonlocal n; n -= 1
        return n
    return inc, dec
inc, dec = shared(); print(inc(), inc(), dec(), inc.__closure__[0] is dec.__closure__[0], inc.__closure__[0] == dec.__closure__[0])
def deep(a):
    def l1():
        def l2():
            def l3(): return a
            return l3
        return l2
    return l1
print(deep('deep')()()(), deep(0)().__code__.co_freevars)
def params(a, *args, k=3, **kw):
    def f(): return a, args, k, kw
    a = 'changed'
    return f()
print(params(1, 2, z=4))
def comp():
    return [lambda: (i, j) for i in range(2) for j in 'a']
print([f() for f in comp()])
def rec():
    def fact(n): return 1 if n == 0 else n * fact(n - 1)
    return fact
print(rec()(10))
def exc():
    try: raise ValueError('kept')
    except ValueError as e:
        f = lambda: e
        print(f())
    try: f()
    except NameError as err: print(err)
exc()
import sys
def adder(x): return lambda y: lambda z: (x, y, z)
print(adder(1)(2)(3))
C = type(add.__closure__[0]); c = C(7); print(c.cell_contents, C(1) < C(2), C() < C(1))
try: C().cell_contents
except ValueError as e: print(e)
F = type(add); g = F(add.__code__, globals(), 'g', None, (c,)); print(g(1), g.__name__)
try: F(add.__code__, {}, 'g', None, ())
except ValueError as e: print(e)
try: F(add.__code__, {})
except TypeError as e: print(e)
