# §3.3.4 isinstance and issubclass: hooks, tuples, unions, nested, errors, virtual subclasses by hand.
class M(type):
    reg = set()
    def register(cls, k): M.reg.add((cls, k)); return k
    def __instancecheck__(cls, o): return any((cls, k) in M.reg for k in type(o).__mro__) or super().__instancecheck__(o)
    def __subclasscheck__(cls, c): return any((cls, k) in M.reg for k in c.__mro__) or super().__subclasscheck__(c)
class A(metaclass=M): pass
class B(A): pass
@A.register
class V: pass
class W(V): pass
print([isinstance(o, A) for o in (A(), B(), V(), W(), 1)], [issubclass(c, A) for c in (A, B, V, W, int)], isinstance(V(), B))
print(isinstance(1, (str, (float, (int,)))), isinstance('a', str | None), isinstance(None, int | None), isinstance(1, ()), issubclass(int, ()), isinstance(True, int), isinstance(int, type), isinstance(1, object), issubclass(type, object), isinstance(A, M))
class H:
    @classmethod
    def __subclasshook__(cls, c): return True
print(issubclass(int, H))
class P:
    @property
    def __class__(self): return int
p = P(); print(isinstance(p, int), isinstance(p, P), type(p).__name__, issubclass(P, int))
class Bad:
    @property
    def __class__(self): raise ValueError('class property')
for f in (lambda: isinstance(Bad(), int), lambda: isinstance(1, 'a'), lambda: isinstance(1, [int]), lambda: isinstance(1, (int, 'a')), lambda: isinstance('s', (int, 'a')), lambda: issubclass(1, int), lambda: issubclass(int, 1), lambda: issubclass(int, (str, 1)), lambda: isinstance(1, list[int]), lambda: issubclass(list[int], list), lambda: isinstance(), lambda: isinstance(1, int, 2)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
class E(type):
    def __instancecheck__(cls, o): raise RuntimeError('check failed')
class F(metaclass=E): pass
try: isinstance(1, F)
except RuntimeError as e: print(e)
print(isinstance(F(), F))
class G:
    __bases__ = ()
print(issubclass(G(), object) if 0 else 'ok')
class D:
    def __init__(self, b): self.b = b
    @property
    def __bases__(self): return self.b
x = D((int,)); y = D((x,)); print(issubclass(y, x), issubclass(x, y))
