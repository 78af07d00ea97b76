# §8.5 with: order, suppression, several managers, targets, errors in enter and exit.
class CM:
    def __init__(self, name, swallow=False, fail=None): self.name, self.swallow, self.fail = name, swallow, fail
    def __enter__(self):
        print('enter', self.name)
        if self.fail == 'enter': raise RuntimeError('enter ' + self.name)
        return self.name.upper()
    def __exit__(self, t, v, tb):
        print('exit', self.name, t and t.__name__, v, tb is not None)
        if self.fail == 'exit': raise RuntimeError('exit ' + self.name)
        return self.swallow
with CM('a') as a, CM('b') as b: print(a, b)
with (CM('c') as c, CM('d'), CM('e') as e,): print(c, e)
with CM('s', swallow=True): raise ValueError('swallowed')
print('after')
def tries(f):
    try: print('result', f())
    except Exception as e: print('raised', repr(e), 'context', repr(e.__context__))
def f1():
    with CM('x'), CM('y', True): raise KeyError('k')
    return 'continued'
def f2():
    with CM('x', fail='exit'): raise KeyError('k')
def f3():
    with CM('x', True), CM('y', fail='enter'): print('not here')
    return 'swallowed enter error'
def f4():
    with CM('ret'): return 'value'
def f5():
    for i in range(3):
        with CM(f'l{i}'):
            if i == 0: continue
            break
    return i
def f6():
    with CM('x', 'truthy', fail=None) as (p,): pass
    return p
def f7():
    with CM('x', True) as (p, q): pass
    return 'bad target is inside the block'
for f in f1, f2, f3, f4, f5, f6, f7: tries(f)
class T: pass
t = T(); arr = [0]
with CM('tgt') as t.attr, CM('item') as arr[0], CM('u') as [w]: print(t.attr, arr, w)
def no(obj):
    with obj: pass
class OnlyEnter:
    def __enter__(self): pass
class OnlyExit:
    def __exit__(self, *a): pass
class ACM:
    async def __aenter__(self): pass
    async def __aexit__(self, *a): pass
inst = OnlyExit(); inst.__enter__ = lambda: None
for o in 5, OnlyEnter(), OnlyExit(), ACM(), inst: tries(lambda: no(o))
class Falsy:
    def __bool__(self): print('bool asked', end=' '); return False
class F(CM):
    def __exit__(self, *a): return Falsy()
def f8():
    with F('f'): 1 / 0
tries(f8)
def g():
    with CM('gen'):
        yield 1
        yield 2
it = g(); print(next(it)); it.close()
with CM('n1') as x:
    with CM('n2') as y:
        try: raise ValueError('in')
        except ValueError: print('handled', x, y)
with (yield_ := CM('walrus')): print(yield_.name)
with (CM('paren')): pass
with CM('t1'), (CM('t2')): pass
try:
    with (1, 2): pass
except TypeError as e: print(e)
