# §6.2.9.3-4 Asynchronous generators: asend, athrow, aclose, finalisation, hooks, errors.
import sys
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self): return (yield self.v)
async def ag():
    try:
        x = yield 1
        print('got', x, end=' ')
        await Wait('pause')
        try: x = yield 2
        except ValueError as e: print('caught', e, end=' '); x = yield 'recovered'
        yield x
    finally:
        print('cleanup', end=' ')
        await Wait('closing')
        print('cleaned', end=' ')
def step(aw, *sends):
    out, sends = [], list(sends)
    try:
        out.append(aw.send(None))
        while True: out.append(aw.send(sends.pop(0) if sends else None))
    except StopIteration as e: return out, 'value', e.value
    except BaseException as e: return out, type(e).__name__, str(e)
a = ag(); print(step(a.asend(None))); print(step(a.asend('hello'))); print(step(a.athrow(ValueError('v')))); print(step(a.asend('x'))); print(step(a.__anext__())); print(step(a.__anext__()))
a = ag(); print(step(a.__anext__())); print(step(a.aclose())); print(step(a.aclose())); print(step(a.asend(None)))
a = ag(); print(step(a.asend(5))); print(step(a.aclose())); print(step(a.__anext__()))
a = ag(); print(step(a.athrow(KeyError('unstarted')))); print(step(a.__anext__()))
async def ignores():
    try: yield 1
    except GeneratorExit: yield 2
a = ignores(); step(a.__anext__()); print(step(a.aclose()))
async def stops(): yield 1; raise StopAsyncIteration
a = stops(); step(a.__anext__()); print(step(a.__anext__()))
async def stops2(): yield 1; raise StopIteration
a = stops2(); step(a.__anext__()); print(step(a.__anext__()))
a = ag(); s = a.asend(None); print(step(s)); print(step(s))
a = ag(); s1 = a.asend(None); step(s1); s2 = a.asend('y'); s2.send(None); s3 = a.asend(None); print(step(s3)); print(a.ag_running, a.ag_suspended); print(step(s2))
print(a.ag_code.co_name, a.__name__, a.ag_frame is not None, a.ag_await, type(a).__name__, type(s1).__name__, type(a.athrow(KeyError)).__name__, hasattr(a, '__iter__'), a.__aiter__() is a)
step(a.aclose())
events = []
sys.set_asyncgen_hooks(firstiter=lambda g: events.append(('first', g.__name__)), finalizer=lambda g: events.append(('final', g.__name__)))
a = ag(); step(a.__anext__()); step(a.__anext__()); del a; print(events)
print([h is not None for h in sys.get_asyncgen_hooks()]); sys.set_asyncgen_hooks(None, None)
async def fib(n):
    x, y = 0, 1
    for _ in range(n): yield x; x, y = y, x + y
async def use():
    r = []
    async for v in fib(10): r.append(v)
    return r, [v async for v in fib(5) if v % 2], {v async for v in fib(3)}
print(step(use()))
async def deleg():
    async for x in fib(3): yield x * 10
    for y in 'ab': yield y
async def use2(): return [x async for x in deleg()]
print(step(use2()))
async def early():
    async for x in fib(100):
        if x > 20: return x
print(step(early()))
for f in (lambda: a.send(1), lambda: iter(fib(1)), lambda: list(fib(1)), lambda: fib(1).asend(), lambda: fib(1).athrow()):
    try: f()
    except Exception as e: print(type(e).__name__, e)
w = fib(1).asend(None); print(w.close()); 
try: w.send(None)
except Exception as e: print(type(e).__name__, e)
t = fib(2).__anext__(); 
try: t.throw(ValueError('thrown in'))
except Exception as e: print(type(e).__name__, e)
