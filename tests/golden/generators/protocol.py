# §6.2.9 Yield expressions: send, throw, close, return values, states, exceptions.
def g():
    print('start', end=' ')
    try:
        x = yield 1
        print('got', x, end=' ')
        while True:
            try:
                x = yield x
            except ValueError as e:
                print('caught', e, end=' ')
                x = yield 'recovered'
    except GeneratorExit:
        print('closing', end=' ')
        return 'closed value'
    finally:
        print('cleanup', end=' ')
it = g()
print(next(it)); print(it.send('a')); print(it.send('b')); print(it.throw(ValueError('v'))); print(next(it)); print(it.close()); print(it.close())
def tries(f):
    try: print('->', f())
    except BaseException as e: print('->', type(e).__name__, e, repr(getattr(e, 'value', '')))
tries(lambda: next(it)); tries(lambda: it.send(1)); tries(lambda: it.throw(KeyError('after end')))
it = g(); tries(lambda: it.send(5)); tries(lambda: it.throw(TypeError('before start'))); tries(lambda: next(it))
it = g(); print(it.close()); tries(lambda: next(it))
def ret():
    yield 1
    return 'result'
it = ret(); next(it); tries(lambda: next(it)); tries(lambda: next(it))
def bad_close():
    try: yield 1
    except GeneratorExit: yield 2
it = bad_close(); next(it); tries(it.close)
def stop(): yield 1; raise StopIteration('leaks')
it = stop(); next(it); tries(lambda: next(it))
def close_raises():
    try: yield
    finally: raise OSError('in finally')
it = close_raises(); next(it); tries(it.close)
def reentrant():
    yield next(me)
me = reentrant(); tries(lambda: next(me))
def throw_types():
    while True:
        try: yield
        except Exception as e: print(type(e).__name__, e.args, end=' ')
it = throw_types(); next(it); it.throw(KeyError); it.throw(KeyError(1, 2)); it.throw(OSError(3)); print()
tries(lambda: it.throw(5)); tries(lambda: it.throw('a')); tries(lambda: it.throw(int)); tries(lambda: it.throw()); tries(lambda: it.send())
print(it.gi_running, it.gi_frame is not None, it.gi_yieldfrom, it.gi_code.co_name, it.__name__, it.__qualname__, repr(it).split(' at ')[0], iter(it) is it, it.gi_suspended)
it.close(); print(it.gi_frame, it.gi_suspended)
def expr(): r = (yield), (yield 2); print(r); l = [(yield 'in list'), 1]; print(l); print((yield (yield 'nested')))
it = expr(); print(next(it), it.send('a'), it.send('b'), it.send('c'), it.send('d')); tries(lambda: it.send('e'))
def fib():
    a, b = 0, 1
    while True: yield a; a, b = b, a + b
from itertools import islice, takewhile
print(list(islice(fib(), 15)), sum(takewhile(lambda x: x < 100, fib())))
def locals_():
    x = 1
    yield locals()
    y = 2
    yield sorted(locals())
print([*locals_()])
def args(*a, k=1): yield from a; yield k
print(list(args(1, 2)), list(args(k=5)))
tries(lambda: type(it)()); tries(lambda: args(z=1))
def delete():
    try: yield 1
    finally: print('finalised by refcount')
it = delete(); next(it); del it
for i in delete(): break
print('loop left')
lam = lambda: (yield 5); print(list(lam()))
def empty():
    return
    yield
print(list(empty()))
