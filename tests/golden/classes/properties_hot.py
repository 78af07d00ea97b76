# §3.3.2 Properties, class methods and static methods with inheritance and overriding.
class Base:
    count = 0
    def __init__(self, v): self._v = v; type(self).count += 1
    @property
    def v(self): return self._v
    @v.setter
    def v(self, x):
        if x < 0: raise ValueError('negative')
        self._v = x
    @classmethod
    def make(cls, *a): return cls(*a)
    @staticmethod
    def twice(x): return x * 2
    @classmethod
    def total(cls): return cls.count
class Sub(Base):
    @property
    def v(self): return super().v * 10
    @v.setter
    def v(self, x): Base.v.fset(self, x + 1)
    @classmethod
    def make(cls, *a): r = super().make(*a); r.made = cls.__name__; return r
b, s = Base.make(1), Sub.make(2); print(b.v, s.v, s.made, Base.twice(4), s.twice(5), Base.count, Sub.count, Sub.total())
b.v = 5; s.v = 5; print(b.v, s.v)
for o in b, s:
    try: o.v = -5
    except ValueError as e: print(e)
t = 0
for i in range(2000): s.v = i % 10; t += s.v + Sub.twice(i)
print(t, s._v)
class Auto:
    def __set_name__(self, o, n): self.k = n
    def __get__(self, o, t=None): return self if o is None else o.__dict__.setdefault(self.k, [])
class H: a = Auto(); b = Auto()
h = H(); h.a.append(1); h.b.append(2); h.a.append(3); print(h.a, h.b, vars(h))
class RO:
    x = property(lambda s: 1, doc='the doc')
    y = property(fget=lambda s: 2, fset=lambda s, v: None)
print(RO.x.__doc__, RO().x, RO().y, isinstance(RO.x, property), RO.x.fset, RO.x.getter(lambda s: 3).fget(0))
class Abs:
    @property
    def p(self): raise NotImplementedError
class Impl(Abs): p = 'plain attribute'
print(Impl().p)
class Count:
    n = 0
    @property
    def next(self): Count.n += 1; return Count.n
c = Count(); print(c.next, c.next, hasattr(c, 'next'), c.next, getattr(c, 'next'))
