# §4.2.2 Resolution of names in class bodies, functions, type scopes; global and nonlocal in classes.
x = 'g'
class A:
    a = x; x = 'c'; b = x
    def m(self): return x
    class B: y = x
    l = lambda self: x
    del x; c = x
print(A.a, A.b, A().m(), A.B.y, A().l(), A.c)
def f(x):
    class C:
        p = x
        x = x + '!'
        def m(self): return x
    return C.p, C.x, C().m()
try: print(f('arg'))
except NameError as e: print(type(e).__name__, e)
def g(x):
    class C:
        p = x
        def m(self): return x
        class D: q = x
    return C.p, C().m(), C.D.q
print(g('arg'))
def h():
    n = 1
    class C:
        nonlocal n
        n = 2
        global made; made = n + 1
    return n, hasattr(C, 'n'), made
print(h())
class E:
    try: y
    except NameError as e: msg = str(e)
    for i in range(3): pass
    with_ = [i for i in range(2)]
    i = i + 10
    if i > 5: cond = True
    while i > 10: i -= 1
print(E.msg, E.with_, E.i, E.cond, hasattr(E, 'e'))
class F:
    z = 'class'
    def m(self, d=z): return d
    r = [z] * 2
    t = (lambda z=z: z)()
    s = {k: 1 for k in z}
    @staticmethod
    def st(a=r): return a
    u = st()
print(F().m(), F.r, F.t, sorted(F.s), F.u)
def deco(n): return lambda f: (n, f.__name__)
class G:
    name = 'dec'
    @deco(name)
    def m(self): pass
    class H(str if name else int): pass
print(G.m, G.H.__base__)
class I:
    __qualname__ = 'Custom.Name'; __module__ = 'mod'; __doc__ = 'd'
print(I.__qualname__, I.__module__, I.__doc__, repr(I))
class J:
    print(__name__, __qualname__, __module__, __firstlineno__ if '__firstlineno__' in locals() else None)
    class K: print(__qualname__)
    def m(self): return __class__, type(self).__qualname__
print(J().m())
v = 1
def shadow():
    try: return v
    except UnboundLocalError as e: return str(e)
    v = 2
print(shadow())
def late():
    def inner(): return later
    later = 1
    return inner()
print(late(), (lambda: undefined_later)() if 'undefined_later' in globals() else 'no')
def builtin_shadow():
    len = lambda s: 'shadowed'
    def inner(): return len('a')
    return inner()
print(builtin_shadow(), len('abc'))
class Gen[T]:
    x = T
    def m(self, a: T = None) -> T: return T
    type Al = list[T]
    l = [T for _ in '1']
print(Gen.x, Gen().m() is Gen.x, Gen.Al.__value__, Gen.l, Gen.__type_params__)
