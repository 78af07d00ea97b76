# §8.7 Function definitions: every form of parameter, defaults, messages of wrong calls.
def f(a, b=2, /, c=3, *args, d, e=5, **kw): return a, b, c, args, d, e, kw
print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, x=7), f(1, d=0, a=9, b=8))
def only_pos(a, b, /): return a, b
def only_kw(*, a, b=1): return a, b
def var(*args, **kwargs): return args, kwargs
def star(*args, k): return args, k
def mixed(a, *, b): return a, b
def pos_dflt(a=1, /, b=2, *, c=3): return a, b, c
def none(): pass
def two(a, b): pass
def three(a, b, c, d=1): pass
def kw3(*, x, y, z): pass
print(only_pos(1, 2), only_kw(a=0), var(1, *[2], k=3, **{'l': 4}), star(k=1), mixed(1, b=2), pos_dflt(5, c=6))
calls = '''none(1)
none(1, 2, k=3)
none(k=3)
two()
two(1)
two(1, 2, 3)
two(1, a=2)
two(b=1)
two(a=1, b=2, c=3)
three()
three(1)
three(1, 2, 3, 4, 5)
only_pos(1, b=2)
only_pos(a=1, b=2)
only_pos(1)
only_kw(1)
only_kw(1, a=2)
only_kw()
only_kw(a=1, c=2)
mixed(1, 2)
mixed()
mixed(1)
kw3()
kw3(x=1)
kw3(1, 2, x=1)
f()
f(d=1)
f(1)
star(1, 2)
pos_dflt(a=1)
pos_dflt(1, 2, 3, c=4)
two(*[1, 2], **{'a': 3})
two(**{'a': 1}, **{'a': 2})
two(*3)
two(**[])
two(a=1, **{1: 2})
var(**{'a b': 1, '': 2})
two(1, 2, bb=3)
three(aa=1)
(lambda x, /: x)(x=1)
(lambda *, longer_name: 0)(longername=1)'''
for c in calls.splitlines():
    try: print(c, '=>', eval(c))
    except TypeError as e: print(c, '->', e)
def default(x, seen=[]):
    seen.append(x)
    return seen
default(1); print(default(2), default.__defaults__)
def order(a=print('first'), b=print('second'), *, c=print('third')): pass
def outer():
    def inner(self, x): pass
    return inner
class C:
    def m(self, a): pass
    @classmethod
    def c(cls, a): pass
    @staticmethod
    def s(a): pass
for g in (lambda: outer()(1), lambda: C().m(), lambda: C.m(), lambda: C.c(), lambda: C().s(), lambda: C().m(1, 2), lambda: C(1), lambda: C().c(1, 2)):
    try: g()
    except TypeError as e: print(e)
f2 = lambda a, *b, c=1, **d: (a, b, c, d)
print(f2(1, 2, c=3, e=4))
f.__defaults__ = (10, 20); f.__kwdefaults__ = {'d': 30}
print(f(1, e=2), end=' ')
try: f(1)
except TypeError as e: print(e)
for bad in ('def f(a, a): pass', 'def f(a=1, b): pass', 'def f(*): pass', 'def f(*, **k): pass', 'def f(**k, a): pass', 'def f(*a, *b): pass', 'def f(/, a): pass', 'def f(a, /, b, /): pass', 'def f(*a, /): pass', 'def f(**k=1): pass', 'def f(*a=1): pass', 'lambda a=1, b: 0', 'def f(None): pass', 'def f((a, b)): pass', 'def f(a.b): pass', 'f(a=1, 2)', 'f(**k, *a)', 'f(**k, 1)', 'f(a=1, a=2)', 'f(1=2)', 'f(a.b=1)', 'f(True=1)', 'f(x for x in y, 1)', 'f(a, b=c for c in d)', 'def f(a:int=1, *, b:str): pass', 'def f(*, a,): pass', 'def f(a, *): pass', 'lambda *: 0', 'def f(*a:*b): pass', 'lambda: (yield)'):
    try: compile(bad, 'p', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(bad, '->', e.msg)
