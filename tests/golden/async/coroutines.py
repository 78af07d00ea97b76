# §8.9.1 Coroutines driven by hand: await, send, throw, close, results, states, errors.
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return ('resumed with', got)
async def leaf(x): return x * 2
async def main():
    print(await leaf(4), await Wait('w1'))
    try: await Wait('w2')
    except ValueError as e: print('caught', e)
    return await Wait('w3')
def tries(f):
    try: print('->', f())
    except BaseException as e: print('->', type(e).__name__, e)
c = main()
print(c.send(None)); print(c.send('r1')); print(c.throw(ValueError('v'))); tries(lambda: c.send('end')); tries(lambda: c.send(None))
c = main(); tries(lambda: c.send(1)); c.send(None); print(c.cr_await.__class__.__name__, c.cr_running, c.cr_suspended, c.cr_code.co_name, c.__name__); c.close(); print(c.cr_frame, c.cr_await); tries(lambda: c.send(None)); tries(c.close)
def drive(co, *sends):
    out = []
    try:
        out.append(co.send(None))
        for s in sends: out.append(co.send(s))
    except StopIteration as e: return out, e.value
    finally: co.close()
    return out, '...'
async def seq():
    r = [await Wait(i) for i in range(3)]
    s = {await Wait(k): k async for k in agen() if await leaf(k)}
    return r, len(s), (await leaf(1)) + (await leaf(2)) * -(await leaf(3)), await leaf(2) ** 2
async def agen():
    for i in range(3): yield i
print(drive(seq(), *'abcdef'))
for bad in (5, None, 'a', [1], (x for x in ()), leaf):
    async def b(): await bad
    tries(lambda: drive(b()))
class NotIter:
    def __await__(self): return 5
class RetCoro:
    def __await__(self): return leaf(1)
class ListIter:
    def __await__(self): return iter([1, 2])
for cls in NotIter, RetCoro, ListIter:
    async def b(): return await cls()
    tries(lambda: drive(b(), None, None))
c = leaf(1); tries(lambda: iter(c)); tries(lambda: list(c)); tries(lambda: [*c]); tries(lambda: next(c)); c.close()
c = leaf(1)
async def twice(): await c; await c
tries(lambda: drive(twice()))
async def with_finally():
    try: await Wait(1)
    finally: print('cleanup', end=' '); 
c = with_finally(); c.send(None); c.close(); print()
async def refuses():
    try: await Wait(1)
    except GeneratorExit: await Wait(2)
c = refuses(); c.send(None); tries(c.close)
async def stop(): raise StopIteration(5)
tries(lambda: drive(stop()))
w = leaf(3).__await__(); print(type(w).__name__); tries(lambda: next(w))
async def recursive(n): return 1 if n == 0 else n * await recursive(n - 1)
print(drive(recursive(20)))
async def self_await(): await me
me = self_await(); tries(lambda: me.send(None))
async def lam(): return (lambda: 1)(), [x for x in (1, 2)], await leaf(0) or 'falsy'
print(drive(lam()))
tries(lambda: type(c)()); print(type(c).__name__, repr(leaf).split(' at ')[0], leaf.__code__.co_flags & 0x80)
def outer(): return leaf
async def cond(v): return 'yes' if await v else 'no'
print(drive(cond(leaf(0))), drive(cond(leaf(1))))
for bad in ('await x', 'def f(): await x', 'async def f(): yield from x', 'async def f():\n yield 1\n return 2', 'def f(): async for x in y: pass', 'def f(): async with x: pass', 'async x', 'async def f(): [await x for x in y]', 'def f(): [await x for x in y]', 'def f(): return [x async for x in y]', 'lambda: await x', 'async def f(a=await x): pass', 'async = 1', 'await = 1', 'def await(): pass', 'async def f(): def g(): await x', 'async def f(): (await)', 'async def f(): await = 1', 'class A: await x', 'async def f(): await lambda: x'):
    try: compile(bad, 'a', 'exec'); print(repr(bad), 'ok')
    except SyntaxError as e: print(repr(bad), '->', e.msg)
