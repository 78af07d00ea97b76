# §3.4.1 Awaitable objects: __await__ kinds, generator-based results, nested await expressions, truth and arithmetic.
class A:
    def __init__(self, *vals, ret=None): self.vals, self.ret = vals, ret
    def __await__(self):
        for v in self.vals: yield v
        return self.ret
class Iter:
    def __init__(self, n): self.n = n
    def __await__(self): return self
    def __iter__(self): return self
    def __next__(self):
        if self.n == 0: raise StopIteration('iter result')
        self.n -= 1; return self.n
def run(c):
    out = []
    try:
        while True: out.append(c.send(None))
    except StopIteration as s: return out, s.value
async def m1(): return await A(1, 2, ret='r'), await Iter(2)
async def m2(): return [await A(i, ret=i * i) for i in range(3)], {k: await A(ret=k) for k in 'ab'}, (await A(ret=2)) ** (await A(ret=3)), not await A(), -await A(ret=5)
async def m3(): return (await A(ret=lambda x: x + 1))(await A(ret=1)), f'{await A(ret="f")!r:>5}', await A(ret=[1, 2])  , (await A(ret=[1, 2]))[await A(ret=1)]
async def m4():
    x = y = await A('a', ret=1)
    x += await A('b', ret=10)
    d = {}; d[await A('key', ret='k')] = await A('val', ret='v')
    if await A('if', ret=True) and not await A('not', ret=False): x += 100
    while await A('while', ret=x < 113): x += 1
    assert await A(ret=1), 'msg'
    for i in await A(ret=[7]): x += i
    del d[await A(ret='k')]
    return x, y, d, (lambda: x)(), await (await A(ret=A(ret='double')))
for m in (m1, m2, m3, m4): print(run(m()))
async def order(log): log.append('started'); return 1
log = []; c = order(log); print(log); run(c); print(log)
def gen_fn(): yield 1
async def bad(): await gen_fn()
try: run(bad())
except TypeError as e: print(e)
async def ret_coro(): return order([])
r = run(ret_coro())[1]; print(type(r).__name__, run(r))
async def stop_value(): return StopIteration('value')
print(repr(run(stop_value())[1]))
async def tuple_ret(): return (1, 2)
print(run(tuple_ret()))
