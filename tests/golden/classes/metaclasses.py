# §3.3.3 Metaclasses: selection, __prepare__, __new__, __init__, __call__, attribute lookup on classes.
class Log(dict):
    def __setitem__(self, k, v):
        if not k.startswith('__'): print('  body sets', k)
        super().__setitem__(k, v)
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw): print('prepare', name, [b.__name__ for b in bases], kw); return Log()
    def __new__(mcs, name, bases, ns, **kw): print('new', name, kw); return super().__new__(mcs, name, bases, dict(ns))
    def __init__(cls, name, bases, ns, **kw): print('init', name, kw); super().__init__(name, bases, ns)
    def __call__(cls, *a, **k): print('call', cls.__name__, a); return super().__call__(*a, **k)
    def meta_method(cls): return f'meta {cls.__name__}'
    @property
    def meta_prop(cls): return cls.__name__ * 2
    def __len__(cls): return 42
    def __getitem__(cls, k): return f'{cls.__name__}[{k}]'
    def __iter__(cls): return iter('abc')
    def __contains__(cls, x): return x == 'in'
    def __add__(cls, o): return f'{cls.__name__}+{o}'
    def __repr__(cls): return f'<meta {cls.__name__}>'
    def __getattr__(cls, n): return f'dynamic {n}'
    def __bool__(cls): return False
class A(metaclass=Meta, opt=1):
    x = 1
    def m(self): pass
class B(A, opt=2): y = 2
a = B()
print(A.meta_method(), A.meta_prop, len(A), A[3], list(A), 'in' in A, A + 1, A, A.anything, bool(A), type(A).__name__)
print(hasattr(a, 'meta_method'), hasattr(a, 'meta_prop'))
class M1(type): pass
class M2(M1): pass
class M3(type): pass
class K1(metaclass=M1): pass
class K2(metaclass=M2): pass
class K3(metaclass=M3): pass
class K12(K1, K2): pass
class K21(K2, K1, metaclass=M1): pass
print(type(K12).__name__, type(K21).__name__)
try: class_ = type('K13', (K1, K3), {})
except TypeError as e: print(e)
def func_meta(name, bases, ns, **kw): print('function', name, bases, sorted(k for k in ns if not k.startswith('__')), kw); return 'not a class'
class F(metaclass=func_meta, k=1): z = 1
print(F)
class Single(type):
    cache = {}
    def __call__(cls, *a):
        if cls not in cls.cache: cls.cache[cls] = super().__call__(*a)
        return cls.cache[cls]
class S(metaclass=Single): pass
print(S() is S())
class Auto(type):
    def __prepare__(name, bases):
        class NS(dict):
            n = 0
            def __missing__(self, k):
                if k.startswith('__'): raise KeyError(k)
                self[k] = NS.n; NS.n += 1; return self[k]
        return NS()
class Colors(metaclass=Auto): RED; GREEN; BLUE
print(Colors.RED, Colors.GREEN, Colors.BLUE)
class BadPrep(type):
    def __prepare__(n, b): return 5
try:
    class X(metaclass=BadPrep): pass
except TypeError as e: print(e)
try:
    class X(metaclass=5): pass
except TypeError as e: print(e)
class DataDesc:
    def __get__(self, o, t): return 'meta data descriptor'
    def __set__(self, o, v): print('meta set', v)
class Prio(type):
    d = DataDesc(); n = lambda cls: 'meta non-data'
class P(metaclass=Prio): d = 'class'; n = 'class n'
print(P.d, P.n, P().d); P.d = 9; print(vars(P)['d'])
class Inst(type):
    def __instancecheck__(cls, o): return o == 1
    def __subclasscheck__(cls, c): return c is str
class I(metaclass=Inst): pass
print(isinstance(1, I), isinstance(2, I), issubclass(str, I), issubclass(int, I), isinstance(I(), I))
print(type(type) is type, isinstance(type, object), isinstance(object, type), type.__call__(int, '7'))
T = type('T', (A,), {'q': 5}); print(T.q, type(T).__name__)
class Slot(type):
    __slots__ = ()
    def __setattr__(cls, k, v): print('class setattr', k); super().__setattr__(k, v)
class W(metaclass=Slot): pass
W.attr = 1; print(W.attr)
