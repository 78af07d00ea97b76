# §3.3.3.5 Records generated with exec and __init_subclass__: fields, defaults, equality, ordering, replace, frozen.
class Record:
    def __init_subclass__(cls, frozen=False, **kw):
        super().__init_subclass__(**kw)
        names = [n for b in reversed(cls.__mro__) for n in getattr(b, '__annotate__', None) and b.__annotate__(1) or ()]
        cls._fields = list(dict.fromkeys(names))
        args = ', '.join(f'{n}=__d_{n}' if n in vars(cls) or hasattr(cls, n) else n for n in cls._fields)
        body = '\n'.join(f'    object.__setattr__(self, {n!r}, {n})' for n in cls._fields) or '    pass'
        ns = {f'__d_{n}': getattr(cls, n) for n in cls._fields if hasattr(cls, n)}
        exec(f'def __init__(self, {args}):\n{body}', ns)
        cls.__init__ = ns['__init__']; cls.__init__.__qualname__ = f'{cls.__qualname__}.__init__'
        if frozen: cls.__setattr__ = cls._refuse
        cls.__match_args__ = tuple(cls._fields)
    def _refuse(self, k, v): raise AttributeError(f'{type(self).__name__}.{k} is read only')
    def astuple(self): return tuple(getattr(self, n) for n in self._fields)
    def __repr__(self): return f'{type(self).__qualname__}({", ".join(f"{n}={getattr(self, n)!r}" for n in self._fields)})'
    def __eq__(self, o): return self.astuple() == o.astuple() if type(o) is type(self) else NotImplemented
    def __lt__(self, o): return self.astuple() < o.astuple() if type(o) is type(self) else NotImplemented
    def __hash__(self): return hash(self.astuple())
    def replace(self, **k): return type(self)(**{**dict(zip(self._fields, self.astuple())), **k})
class Point(Record):
    x: int
    y: int = 0
class Point3(Point, frozen=True):
    z: float = 1.5
class Empty(Record): pass
p, q = Point(1), Point3(1, 2); print(p, q, Empty(), Point(1) == p, Point(1, 0) != Point(2), p == q, p < Point(1, 1), sorted([Point(2), Point(1, 5), Point(1)]), q.replace(z=0), hash(p) == hash(Point(1)), {p: 'found'}[Point(1)], Point3._fields)
p.x = 9; print(p, p.astuple())
for f in (lambda: setattr(q, 'x', 1), lambda: Point(), lambda: Point(1, 2, 3), lambda: Point(1, w=2), lambda: p < q, lambda: p.replace(nope=1), lambda: Empty(1)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
match q:
    case Point3(x, y, z=float(z)): print('matched', x, y, z)
print(sum(Point(i, -i).replace(y=i).y for i in range(1000)))
