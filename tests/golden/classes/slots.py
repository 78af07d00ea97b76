# §3.3.2.4 __slots__: layout, inheritance, __dict__ and __weakref__, conflicts, errors.
class A:
    __slots__ = ('x', '_y', '__z')
    def __init__(self): self.x = 1; self.__z = 2
a = A()
print(a.x, a._A__z, A.__slots__, hasattr(a, '__dict__'), type(A.x).__name__, A.x.__name__, A.x)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: a._y, lambda: setattr(a, 'new', 1), lambda: delattr(a, '_y'), lambda: a.new, lambda: vars(a), lambda: A.x.__get__(a), lambda: A.x.__get__(5), lambda: A.x.__set__(a, 7), lambda: a.x)
class B(A): pass
b = B(); b.new = 1; print(b.x, b.new, vars(b))
class C(A): __slots__ = ('w', '__dict__')
c = C(); c.w = 1; c.any = 2; print(c.w, c.any, vars(c), C.__slots__)
class D(A): __slots__ = ()
tries(lambda: setattr(D(), 'q', 1), lambda: D().x)
class S: __slots__ = 'single'
s = S(); s.single = 1; print(s.single, S.__slots__)
class Doc: __slots__ = {'a': 'doc of a', 'b': None}
print(Doc.a.__doc__, Doc.b.__doc__, Doc.__slots__)
class W: __slots__ = ('__weakref__',)
class NW: __slots__ = ()
import _weakref
print(_weakref.ref(W())() is None)
w = W(); print(_weakref.ref(w)() is w)
tries(lambda: _weakref.ref(NW()))
tries(lambda: type('X', (), {'__slots__': ('a',), 'a': 1}), lambda: type('X', (), {'__slots__': ('a b',)}), lambda: type('X', (), {'__slots__': (5,)}), lambda: type('X', (int,), {'__slots__': ('a',)}), lambda: type('X', (tuple,), {'__slots__': ()})((1,)), lambda: type('X', (A, type('Y', (), {'__slots__': ('k',)})), {}), lambda: type('X', (), {'__slots__': ('__dict__', '__dict__')}), lambda: type('X', (B,), {'__slots__': ('__dict__',)}), lambda: type('X', (), {'__slots__': ('__class__',)}).__slots__, lambda: type('X', (), {'__slots__': ''}), lambda: type('X', (bytes,), {'__slots__': ('q',)}))
class E: __slots__ = ('a', 'b')
class F(E): __slots__ = ('a',)
f = F(); f.a = 1; E.a.__set__(f, 2); print(f.a, E.a.__get__(f))
class G:
    __slots__ = ['v']
    def __getattr__(self, n): return f'missing {n}'
g = G(); print(g.v, g.other); g.v = 5; print(g.v); del g.v; print(g.v)
class H: __slots__ = tuple(f's{i}' for i in range(20))
h = H()
for i in range(20): setattr(h, f's{i}', i)
print(sum(getattr(h, f's{i}') for i in range(20)))
class Mix1: __slots__ = ()
class Mix2: __slots__ = ()
class M(Mix1, Mix2, A): __slots__ = ('m',)
m = M(); m.m = 1; print(m.m, m.x, M.__mro__[1].__name__)
class L(list): __slots__ = ('extra',)
l = L([1]); l.extra = 'e'; print(l, l.extra); tries(lambda: setattr(l, 'q', 1))
class Del:
    __slots__ = ('v',)
    def __del__(self): print('del', self.v)
d = Del(); d.v = Del(); d.v.v = 'inner'; d.v = 'replaced'; del d
class Prop:
    __slots__ = ('_p',)
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = v
p = Prop(); p.p = 3; print(p.p)
class Cls:
    __slots__ = ()
    counter = 0
Cls.counter += 1; tries(lambda: Cls().counter, lambda: setattr(Cls(), 'counter', 5))
