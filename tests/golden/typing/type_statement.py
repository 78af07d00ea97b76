# §7.14 The type statement: lazy values, recursion, parameters, attributes, subscription.
type A = int
print(A, A.__value__, A.__name__, A.__type_params__, type(A).__name__, A.__module__)
type L[T] = list[T] | None
print(L.__value__, L.__type_params__, L[int], L[int].__origin__ is L, L[int].__args__, L.__parameters__)
type Rec = dict[str, Rec] | int
print(Rec.__value__)
type Bad = undefined_thing
try: Bad.__value__
except NameError as e: print(e)
undefined_thing = str; print(Bad.__value__, Bad.__value__)
n = 0
def bump():
    global n; n += 1; return n
type Counted = bump()
print(n, Counted.__value__, Counted.__value__, n, Counted.evaluate_value(1))
class C:
    type Inner = C
    type Own[T] = tuple[T, self_ref]
    self_ref = 'class scope'
    x = int; type X = x
print(C.Inner.__value__, C.Own.__value__, C.X.__value__, C().Inner)
def f(v):
    type Local = v
    return Local
print(f(3).__value__, f('a').__value__, f(1) is f(1))
type V[*Ts, **P] = tuple[*Ts]
print(V.__type_params__, V.__value__)
try: A()
except TypeError as e: print(e)
try: isinstance(1, A)
except TypeError as e: print(e)
try: A[int]
except TypeError as e: print(e)
try: A.__value__ = 1
except AttributeError as e: print(e)
try: class_ = type('X', (A,), {})
except TypeError as e: print(e)
print(A | None, int | A, (A | str).__args__, hash(A) == hash(A), A == A, list[A])
print(int | str, int | None, (int | str) == (str | int), isinstance(1, int | str), issubclass(bool, int | None), (int | str).__args__, int | int, type(int | str).__name__, int | list[str], (int | str) | bytes, None | int if False else 'skip')
for f in (lambda: int | 5, lambda: isinstance(1, int | list[int]), lambda: 1 | int, lambda: list[int]()[0], lambda: list[int] == list[int], lambda: list[int].append, lambda: dict[str, int].__args__, lambda: tuple[int, ...], lambda: type[int], lambda: list[int].__origin__, lambda: isinstance([], list[int]), lambda: list['fwd'], lambda: tuple[()], lambda: list[int][str], lambda: list[T], lambda: set[int]([1, 1]), lambda: [*tuple[int]], lambda: hash(list[int]) == hash(list[int]), lambda: list[int].__class__, lambda: int[str], lambda: dict[int], lambda: list[int] | None, lambda: type('G', (list[int],), {}), lambda: type(list[int]).__name__):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
class G(list[int]): pass
print(G.__bases__, G.__orig_bases__, G([1]))
type = 'soft keyword'; print(type)
