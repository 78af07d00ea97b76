# §6.2.9.1 yield from: delegation of values, send, throw, close; results; foreign iterators.
class Sub:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        self.n -= 1
        if self.n < 0: raise StopIteration('sub done')
        return self.n
class Full(Sub):
    def send(self, v): print('send', v, end=' '); return next(self)
    def throw(self, *a): print('throw', a, end=' '); raise StopIteration('thrown')
    def close(self): print('close', end=' ')
def deleg(it): r = yield from it; print('result', r); return r
def tries(f):
    try: print('->', f())
    except BaseException as e: print('->', type(e).__name__, e, getattr(e, 'value', ''))
print(list(deleg(Sub(3))), list(deleg([1, 2])), list(deleg('ab')), list(deleg(range(2))), list(deleg({1: 2})))
it = deleg(Full(5)); print(next(it), it.send('x'), it.send(None)); tries(lambda: it.throw(ValueError('t')))
it = deleg(Full(5)); next(it); it.close(); print()
it = deleg(Sub(5)); next(it); tries(lambda: it.send(1)); 
it = deleg(Sub(5)); next(it); tries(lambda: it.throw(KeyError('k'))); it = deleg(Sub(2)); next(it); print(it.close())
def inner():
    total = 0
    try:
        while True:
            x = yield total
            if x is None: return total
            total += x
    except KeyError: yield 'inner caught'; return 'after catch'
    finally: print('inner cleanup', end=' ')
def outer():
    a = yield from inner()
    b = yield from inner()
    return a, b
it = outer(); print(next(it), it.send(5), it.send(6), it.send(None), it.send(7), it.throw(KeyError)); tries(lambda: next(it))
def chain(n): return (yield from chain(n - 1)) if n else (yield 'bottom')
it = chain(50); print(next(it)); tries(lambda: it.send('up'))
def tree(t):
    if isinstance(t, list):
        for x in t: yield from tree(x)
    else: yield t
print(list(tree([1, [2, [3, [4]], 5], [[]]])))
def hanoi(n, a, b, c):
    if n: yield from hanoi(n - 1, a, c, b); yield a + b; yield from hanoi(n - 1, c, b, a)
print(' '.join(hanoi(3, 'A', 'B', 'C')))
for bad in (5, None, object): tries(lambda: list(deleg(bad)))
class BadThrow(Sub):
    @property
    def throw(self): raise RuntimeError('no throw for you')
    @property
    def close(self): raise RuntimeError('no close for you')
it = deleg(BadThrow(3)); next(it); tries(lambda: it.throw(ValueError('z')))
it = deleg(BadThrow(3)); next(it); tries(it.close)
def both():
    try: yield from (x for x in range(3))
    except ValueError as e: print('outer caught', e, end=' '); yield 'recovered'
it = both(); next(it); print(it.throw(ValueError('v'))); print(it.gi_yieldfrom)
it = both(); next(it); print(type(it.gi_yieldfrom).__name__)
def ge(): 
    try: yield from inner()
    except GeneratorExit: print('outer exit'); raise
it = ge(); next(it); it.close()
def ret(): return (yield from ())
tries(lambda: next(ret()))
def late():
    x = yield from iter([1])
    yield x
print(list(late()))
def loop():
    yield 1
    yield from me
me = loop(); next(me); tries(lambda: next(me))
