# §8.10 Type parameter lists: generic functions, classes, bounds, constraints, defaults, scopes.
def ident[T](x: T) -> T: return x
print(ident(5), ident.__type_params__, ident.__annotations__, ident.__name__, ident.__code__.co_freevars)
class Box[T]:
    def __init__(self, v: T): self.v = v
    def get(self) -> T: return self.v
    def map[U](self, f) -> 'Box[U]': return Box(f(self.v))
print(Box(1).map(str).get(), Box.__type_params__, Box.__parameters__, Box.__orig_bases__, [b.__name__ for b in Box.__mro__], Box.map.__type_params__)
print(Box[int], Box[int](3).v, Box[int].__origin__ is Box, Box[int].__args__, Box[int] == Box[int])
def many[A: int, B: (str, bytes), *C, **D, E = list[A]](): return A, B, C, D, E
a, b, c, d, e = many.__type_params__
print([type(p).__name__ for p in many.__type_params__], a.__bound__, a.__constraints__, b.__bound__, b.__constraints__, c, d, e.__default__, e.has_default(), a.has_default(), a.__default__)
print(a.__name__, a.__infer_variance__, a.__covariant__, d.args, d.kwargs, repr(c), [x for x in c])
class Lazy[T: undefined_bound]: pass
try: Lazy.__type_params__[0].__bound__
except NameError as x: print(x)
undefined_bound = float; print(Lazy.__type_params__[0].__bound__)
def outer[T](x):
    def inner[U](y): return T, U, x, y
    return inner
print(outer(1)(2), outer.__type_params__[0] is outer(1).__type_params__[0])
class Base: pass
class Sub[T](Base, metaclass=type): t = T
print(Sub.t, Sub.__bases__, Sub.__orig_bases__)
T = 'global T'
def shadow[T](a=T): return a, T
print(shadow())
class S[T]:
    T = 'class T'; seen = T
    def m(self): return T
print(S.seen, S().m())
@(lambda f: (f, f.__type_params__)[0])
def deco[T](x: T): return x
print(deco(1), deco.__qualname__, Box.map.__qualname__)
async def co[T](): pass
def gen[T](): yield T
print(next(gen()), co.__type_params__)
print(ident.__type_params__[0].__module__, type(ident.__type_params__[0]).__module__)
ident.__type_params__ = (); print(ident.__type_params__)
for bad in ('def f[T, T](): pass', 'def f[](): pass', 'class A[T: (yield)]: pass', 'def f[T](x: (T := 1)): pass', 'def f[*T: int](): pass', 'def f[**P: int](): pass', 'class A[T](B := int): pass', 'def f[T = int, U](): pass', 'def f[1](): pass', 'lambda[T]: 0', 'class A[T: await x]: pass', 'type X[T, T] = int', 'def f[T]() -> T: nonlocal T', 'def f[__T](): pass', 'def f[T: [x for x in y]](): pass', 'type X = (yield)', 'type X = (y := 1)', 'type 1 = 2', 'type a.b = 1', 'def f[*Ts = *tuple[int]](): pass'):
    try: compile(bad, 't', 'exec'); print(bad, 'ok')
    except SyntaxError as x: print(bad, '->', x.msg)
