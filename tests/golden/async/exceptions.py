# §8.9 Exceptions through await, async with and async for: context, cleanup order, cancellation-like throws.
class Y:
    def __init__(self, v): self.v = v
    def __await__(self): return (yield self.v)
async def inner(log):
    try: await Y('in')
    except KeyError: log.append('inner handled'); return 'recovered'
    finally: log.append('inner finally'); await Y('cleanup')
async def outer(log):
    try: r = await inner(log); log.append(r)
    except ValueError as e: log.append(f'outer {e} ctx={e.__context__!r}')
    finally: log.append('outer finally')
    return 'done'
def run(exc):
    log = []; c = outer(log); c.send(None)
    try: print(c.throw(exc)); c.send(None)
    except StopIteration as s: log.append(s.value)
    except BaseException as e: log.append(type(e).__name__)
    print(log)
run(KeyError('k')); run(ValueError('v')); run(OSError('o'))
class CM:
    async def __aenter__(self): await Y('enter'); return self
    async def __aexit__(self, t, v, tb): self.t = t; await Y('exit'); return t is KeyError
async def use(kind):
    async with CM() as cm:
        await Y('body')
        raise kind
    return cm.t.__name__
for kind in (KeyError(1), ValueError(2)):
    c = use(kind); steps = []
    try:
        while True: steps.append(c.send(None))
    except StopIteration as s: print(steps, s.value)
    except ValueError as e: print(steps, repr(e))
c = use(KeyError()); c.send(None); c.send(None)
try: c.close()
except RuntimeError as e: print(e)
async def group():
    try: raise ExceptionGroup('g', [ValueError(1), TypeError(2)])
    except* ValueError as e: await Y(len(e.exceptions))
    except* TypeError: await Y('type')
    return 'ok'
c = group(); print(c.send(None), c.send(None))
try: c.send(None)
except StopIteration as s: print(s.value)
