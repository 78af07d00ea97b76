# §3.3.1 Object creation: __new__, __init__, __del__, odd returns, arguments passed on.
class A:
    def __new__(cls, *a, **k): print('new', cls.__name__, a, k); return super().__new__(cls)
    def __init__(self, *a, **k): print('init', a, k)
A(1, x=2)
class B:
    def __new__(cls): return 5
    def __init__(self): print('never')
print(B())
class C:
    def __new__(cls, kind): return object.__new__(D if kind == 'd' else C)
    def __init__(self, kind): print('C.init', type(self).__name__, kind)
class D(C): pass
print(type(C('d')).__name__, type(C('c')).__name__)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
class E:
    def __init__(self): return 5
class F: pass
class G:
    def __init__(self, a): pass
class H:
    def __new__(cls, a): return object.__new__(cls)
class I:
    def __new__(cls, a): return object.__new__(cls, a)
    def __init__(self, a): pass
class J:
    def __init__(self, a): super().__init__(a)
class K(int):
    def __init__(self, v, extra): self.extra = extra
class L(tuple):
    def __new__(cls, *items): return super().__new__(cls, items)
class M(str):
    def __new__(cls, v): return super().__new__(cls, v.upper())
class N(dict):
    def __init__(self, *a, **k): super().__init__(*a, **k); self.attr = len(self)
tries(E, lambda: F(1), lambda: F(x=1), G, lambda: G(1, 2), H, lambda: H(1, 2), lambda: I(1), lambda: J(1), lambda: K(1, 2), lambda: L(1, 2), lambda: M('abc'), lambda: N(a=1).attr, lambda: object.__new__(F).__class__.__name__, lambda: object.__new__(F, 1), lambda: F.__init__(F(), 1), lambda: object.__init__(F()))
class P:
    made = []
    def __init__(self, n): self.n = n; P.made.append(n)
    def __del__(self): print('del', self.n, end='; ')
P('temp'); print()
x = P('x'); y = x; del x; print('still'); y = None; print()
def f(): a = P('local'); print('in f', end=' ')
f(); print()
l = [P(i) for i in range(3)]; l.pop(1); print(); l.clear(); print()
d = {'k': P('old')}; d['k'] = P('new'); print(); del d; print()
(P('a'), P('b'))[0]; print()
class Fail:
    def __init__(self): raise ValueError('init failed')
    def __del__(self): print('still finalised', end=' ')
tries(Fail)
class Resurrect:
    kept = []
    def __del__(self): Resurrect.kept.append(self); print('resurrected', end=' ')
r = Resurrect(); del r; print(len(Resurrect.kept)); Resurrect.kept.clear(); print('gone for good')
class Callable:
    def __call__(self, *a, **k): return a, k
print(Callable()(1, b=2), callable(Callable()))
class Copy:
    def __init__(self, o=None): self.v = list(o.v) if o else [1]
c = Copy(); e = Copy(c); e.v.append(2); print(c.v, e.v)
print(isinstance(A.__new__, type(f)), type(A.__dict__['__new__']).__name__, F.__new__ is object.__new__, F.__init__ is object.__init__)
S = type('S', (), {'__init__': lambda self, v=3: setattr(self, 'v', v)}); print(S().v, S(9).v)
S.__init__ = lambda self: setattr(self, 'v', 'patched'); print(S().v); del S.__init__; tries(lambda: S(1))
