# §3.3.3.1 Method resolution order: C3, diamonds, conflicts, mro() override, __bases__ assignment.
class O1: pass
class X(O1):
    def f(self): return 'X'
class Y(O1):
    def f(self): return 'Y'
class A(X, Y): pass
class B(Y): pass
class Z(A, B): pass
names = lambda c: ' '.join(k.__name__ for k in c.__mro__)
print(names(A)); print(names(Z)); print(A().f(), Z().f())
for bases in ((X, A), (O1, X), (A, type('BA', (Y, X), {}))):
    try: type('Bad', bases, {})
    except TypeError as e: print(e)
class P: v = 'P'
class Q: v = 'Q'
class R(P): pass
r = R(); print(r.v, R.__bases__)
R.__bases__ = (Q,); print(r.v, names(R), P.__subclasses__(), Q.__subclasses__())
for b in ((), (int,), (R,), 5, (5,), (Q, Q), [P]):
    try: R.__bases__ = b; print('ok', b)
    except TypeError as e: print(e)
class S(R): pass
print(S().v); R.__bases__ = (P,); print(S().v, names(S))
class M(type):
    def mro(cls): return [cls] + [c for c in super().mro()[1:] if c.__name__ != 'Hidden']
class Hidden: secret = 1
class Shown(Hidden, metaclass=M): pass
print(names(Shown), hasattr(Shown, 'secret'), Shown.__bases__)
class M2(type):
    def mro(cls): return (cls, 5) if cls.__name__ == 'Broken' else super().mro()
try: M2('Broken', (), {})
except TypeError as e: print(e)
print(bool.__mro__, Exception.__mro__[1].__name__, type.__mro__)
print(int.mro() == list(int.__mro__), A.__base__.__name__, Z.__base__.__name__, type('L', (O1, int), {}).__base__, object.__base__)
print(issubclass(Z, (int, Y)), isinstance(Z(), O1), issubclass(int, object), issubclass(bool, int), isinstance(True, int), isinstance(Z, type))
print(sorted(c.__name__ for c in O1.__subclasses__()), X.__subclasses__())
class Chain1:
    def go(self, log): log.append('1'); return log
class Chain2(Chain1):
    def go(self, log): log.append('2'); return super().go(log)
class Chain3(Chain1):
    def go(self, log): log.append('3'); return super().go(log)
class Chain4(Chain2, Chain3):
    def go(self, log): log.append('4'); return super().go(log)
print(Chain4().go([]))
Chain2.__bases__ = (Chain3,)
print(names(Chain4), Chain4().go([]))
o = Chain4(); o.__class__ = Chain3; print(o.go([]), type(o).__name__)
for cls in (int, str, 5, object, type):
    try: o.__class__ = cls
    except TypeError as e: print(e)
class Slots1: __slots__ = ('a',)
class Slots2: __slots__ = ('a',)
class Slots3: __slots__ = ('b',)
s = Slots1(); s.a = 1; s.__class__ = Slots2; print(s.a)
try: s.__class__ = Slots3
except TypeError as e: print(e)
