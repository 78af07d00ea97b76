# §3.3.9-3.3.12 Context managers, callables, special method lookup on the type, __class__ tricks, buffers.
class C: pass
c = C()
c.__len__ = lambda: 5
c.__call__ = lambda: 'no'
c.__enter__ = lambda: 1
c.__iter__ = lambda: iter([1])
c.__add__ = lambda o: 'no'
c.__getitem__ = lambda k: k
c.__contains__ = lambda k: True
c.__eq__ = lambda o: 'no'
c.__repr__ = lambda: 'instance repr'
c.__hash__ = lambda: 1
c.__bool__ = lambda: False
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: len(c), lambda: c(), lambda: iter(c), lambda: c + 1, lambda: c[0], lambda: 1 in c, lambda: c == 1, lambda: repr(c).startswith('<__main__'), lambda: hash(c) != 1, lambda: bool(c), lambda: c.__len__(), lambda: c.__call__())
class M(type):
    def __getattribute__(cls, n): print('meta lookup', n); return super().__getattribute__(n)
class D(metaclass=M):
    def __len__(self): return 3
    def __getattribute__(self, n): print('instance lookup', n); return super().__getattribute__(n)
d = D(); print(len(d)); print(d.__len__()); print(type(d).__len__(d))
class Fake:
    __class__ = int
f = Fake(); print(f.__class__, type(f).__name__, isinstance(f, int), isinstance(f, Fake))
class Proxy:
    def __init__(self, o): object.__setattr__(self, '_o', o)
    def __getattr__(self, n): return getattr(self._o, n)
    def __setattr__(self, n, v): setattr(self._o, n, v)
    @property
    def __class__(self): return type(self._o)
p = Proxy([1]); p.append(2); print(p._o, isinstance(p, list), p.__class__, type(p).__name__); tries(lambda: len(p))
class Call:
    def __call__(self, x, *a, k=0, **kw): return x, a, k, kw
f = Call(); print(f(1), f(1, 2, k=3, z=4), list(map(f, [1])), sorted([3, 1], key=lambda v: f(-v)[0])); tries(lambda: f(), lambda: f(1, x=2))
Call.__call__ = lambda self: 'patched'; print(f())
class Rec: pass
Rec.__call__ = Rec(); tries(lambda: isinstance(Rec.__call__, Rec))
class Buf:
    def __buffer__(self, flags): return memoryview(b'from buffer')
    def __release_buffer__(self, v): print('released', end=' ')
with memoryview(Buf()) as mv: print(bytes(mv))
print(bytes(Buf()))
class Ctx:
    def __enter__(self): return self
    def __exit__(self, *e): self.seen = e[0]; return True
x = Ctx()
with x: raise KeyError
print(x.seen)
Ctx.__exit__ = lambda self, *e: print('new exit')
with x: pass
class Order:
    def __getattr__(self, n): print('getattr', n); raise AttributeError(n)
tries(lambda: len(Order()), lambda: Order() + 1, lambda: iter(Order()), lambda: str(Order())[:9], lambda: Order() == 1, lambda: Order().__len__)
class Dyn: pass
o = Dyn(); tries(lambda: o < 1); Dyn.__lt__ = lambda s, x: 'now'; print(o < 1); del Dyn.__lt__; tries(lambda: o < 1)
class Sub(Dyn): pass
Dyn.__iter__ = lambda s: iter('dyn'); print(list(Sub())); Sub.__iter__ = None; tries(lambda: list(Sub())); del Sub.__iter__; print(list(Sub()))
Sub.__index__ = lambda s: 2; print('abc'[Sub()]); Sub.__hash__ = None; tries(lambda: {Sub()})
class Awk:
    def __instancecheck__(self, o): return o == 1
    def __subclasscheck__(self, c): return c is int
a = Awk(); print(isinstance(1, a), isinstance(2, a), issubclass(int, a), isinstance(1, (str, a)))
