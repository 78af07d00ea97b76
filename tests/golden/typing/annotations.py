# §7.2.2/§8.7 Annotations: lazily evaluated (PEP 649), formats, forward references, variables, functions.
log = []
def note(x): log.append(x); return x
def f(a: note('a'), *args: note('args'), k: note('k') = 1, **kw: note('kw')) -> note('ret'): pass
print(log); print(f.__annotations__); print(log, f.__annotations__ is f.__annotations__)
x: int = 1
y: note('never') 
print('y' in globals(), __annotations__ if False else sorted(__annotate__(1)))
class C:
    a: int
    b: 'str' = 'v'
    c: C
    def m(self, o: Later) -> C: pass
    for_: list[int] = []
print(C.__annotations__, hasattr(C, 'a'), C.b)
try: C.m.__annotations__
except NameError as e: print(e)
class Later: pass
print(C.m.__annotations__)
print(C.__annotate__(1)['c'] is C, C.m.__annotate__(1)['return'])
for fmt in (2, 3, 4, 99):
    try: print(fmt, C.__annotate__(fmt))
    except NotImplementedError as e: print(fmt, 'NotImplementedError', e)
def loc():
    z: undefined_thing = 5
    w: also_undefined
    (p): int = 1
    return z, p
print(loc(), loc.__annotations__)
try:
    def un():
        q: int
        return q
    un()
except UnboundLocalError as e: print(e)
class T: pass
t = T(); t.attr: note('evaluated') = 1; d = {}; d['k']: note('item') = 2; print(t.attr, d, log[-2:])
class Cond:
    if True: yes: int
    else: no: str
    for _ in range(2): loop: float
print(Cond.__annotations__)
f.__annotations__ = {'x': 1}; print(f.__annotations__, f.__annotate__); f.__annotate__ = lambda fmt: {'made': fmt}; print(f.__annotations__); del f.__annotations__; print(f.__annotations__)
class D(C): pass
print(D.__annotations__, D.__annotate__); D.__annotations__ = {'q': int}; print(D.__annotations__)
g = lambda: 0; print(g.__annotations__, g.__annotate__)
def err(a: 1 / 0): pass
for _ in range(2):
    try: err.__annotations__
    except ZeroDivisionError as e: print(e)
def deps(n):
    def inner(a: n): pass
    return inner
print(deps(5).__annotations__, deps.__annotations__)
class M(type): pass
class E(metaclass=M): v: int
print(E.__annotations__, M.__annotations__)
try: f.__annotations__ = 5
except TypeError as e: print(e)
try: f.__annotate__ = 5
except TypeError as e: print(e)
for bad in ('x: int: str', '(x, y): int', '[x]: int', 'x: int = y = 1', 'f(): int', '1: int', 'x: (yield)', 'def f(a: (yield)): pass', 'def f(a: (b := 1)): pass', 'x: await y', 'global q; q: int', 'def f():\n global q\n q: int', 'x.y: int', 'lambda a: int: 1'):
    try: compile(bad, 'a', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(repr(bad), '->', e.msg)
