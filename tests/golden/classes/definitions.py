# §8.8 Class definitions: body scope, bases, keywords, namespace order, __init_subclass__, __set_name__.
class Base:
    registry = []
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
        Base.registry.append((cls.__name__, tag))
class A(Base, tag='a'): pass
class B(A): pass
class C(B, tag=print('keyword evaluated') or 'c'): pass
print(Base.registry, A.tag, B.tag, C.tag)
class Named:
    def __set_name__(self, owner, name): print('set_name', owner.__name__, name); self.name = name
class Holder:
    x = y = Named()
    z = Named()
    print('body end', sorted(k for k in locals() if not k.startswith('__')))
Holder.late = Named(); print(Holder.z.name, Holder.x.name, hasattr(Holder.late, 'name'))
class Body:
    "docstring"
    a = 1
    b = a + 1
    if b > 1:
        c = 'conditional'
    for i in range(3): pass
    def method(self): return __class__
    del a
    __x = 'mangled'
    def get(self): return self.__x
print(Body.__doc__, Body.b, Body.c, Body.i, hasattr(Body, 'a'), Body().method() is Body, Body._Body__x, Body().get(), Body.__module__, Body.__qualname__, Body.__name__)
print([k for k in vars(Body) if k not in ('__dict__', '__weakref__')])
class Empty: pass
print(Empty.__bases__, Empty.__mro__ == (Empty, object), Empty.__dict__.__class__.__name__, Empty.__firstlineno__, Empty.__static_attributes__, Body.__static_attributes__)
class Static:
    def __init__(self): self.p = self.q = 1; self.r.s = 2 if False else 3
    def other(self): self.t, self.u = 1, 2; del self.v
print(sorted(Static.__static_attributes__))
bases = (int,)
class Star(*bases, **{}): pass
print(Star(5) + 1, Star.__bases__)
class Sub(int):
    def __new__(cls, v, extra=None): self = super().__new__(cls, v * 2); self.extra = extra; return self
print(Sub(4), Sub(4, 'e').extra, Sub(3) + Sub(1), type(Sub(3) + 1).__name__, isinstance(Sub(1), int), repr(Sub(7)))
def make(n):
    class Local:
        value = n
        def get(self): return n, Local.value
    return Local
print(make(3)().get(), make.__qualname__, make(1).__qualname__, make(1) is make(1))
class Meth:
    def plain(self): return 'plain'
    attr = lambda self: 'lambda'
    def same(): return 'no self'
print(Meth().plain(), Meth().attr(), Meth.same(), Meth.plain(5))
class Dup:
    def f(self): return 1
    def f(self): return 2
print(Dup().f())
for f in (lambda: type('X', (int, str), {}), lambda: type('X', (object, int), {}), lambda: type('X', (bool,), {}), lambda: type('X', (type(None),), {}), lambda: type('X', (A, A), {}), lambda: type('X', (A, Base), {}) and type('Y', (Base, A), {}), lambda: type('X', (), {}, tag=1), lambda: type('X', (A,), {}, bad=1), lambda: type('X', ('s',), {}), lambda: type('', (), {}), lambda: type('a\0b', (), {}), lambda: type('X', (type(lambda: 0),), {}), lambda: type('X', (range,), {}), lambda: Empty(1), lambda: Base(x=1), lambda: type('Q', (), {'__slots__': 5})):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
class BadName:
    def __set_name__(self, o, n): raise ValueError('in set_name')
try:
    class User: attr = BadName()
except ValueError as e: print(e, e.__notes__)
class MroEntries:
    def __mro_entries__(self, bases): print('mro_entries', len(bases)); return (Base,)
class FromEntries(MroEntries(), tag='entries'): pass
print(FromEntries.__bases__, type(FromEntries.__orig_bases__[0]).__name__)
