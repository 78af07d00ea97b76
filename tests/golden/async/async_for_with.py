# §8.9.2-8.9.3 async for and async with: protocol order, else, break, suppression, errors.
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self): return (yield self.v)
class AIter:
    def __init__(self, n): self.n, self.i = n, 0
    def __aiter__(self): print('aiter', end=' '); return self
    async def __anext__(self):
        await Wait(f'wait{self.i}')
        if self.i >= self.n: raise StopAsyncIteration
        self.i += 1
        return self.i
class ACM:
    def __init__(self, name, swallow=False): self.name, self.swallow = name, swallow
    async def __aenter__(self): print('aenter', self.name, end=' '); await Wait('enter'); return self.name
    async def __aexit__(self, t, v, tb): print('aexit', self.name, t and t.__name__, end=' '); await Wait('exit'); return self.swallow
def drive(co):
    waits = []
    try:
        while True: waits.append(co.send(None))
    except StopIteration as e: return e.value, waits
    except Exception as e: return type(e).__name__, str(e), waits
async def loop(n, stop=None):
    out = []
    async for x in AIter(n):
        if x == stop: break
        if x == 1: continue
        out.append(x)
    else: out.append('else')
    return out
print(drive(loop(3))); print(drive(loop(3, 3))); print(drive(loop(0)))
async def with_(kind):
    async with ACM('a', kind == 'swallow') as a, ACM('b') as b:
        if kind: raise ValueError(kind)
        return a, b
    return 'swallowed'
for k in ('', 'swallow', 'out'): print(drive(with_(k)))
async def mixed():
    async with (ACM('x') as x, ACM('y')):
        async for i in AIter(2):
            async with ACM(f'in{i}'):
                if i == 2: return x, i
print(drive(mixed()))
class NoAiter: pass
class BadAiter:
    def __aiter__(self): return 5
class AsyncAiter:
    async def __aiter__(self): return self
class BadAnext:
    def __aiter__(self): return self
    def __anext__(self): return 5
class RaisesAnext(BadAnext):
    async def __anext__(self): raise KeyError('from anext')
class Sync:
    def __enter__(self): pass
    def __exit__(self, *a): pass
class NotAwait:
    def __aenter__(self): return 1
    def __aexit__(self, *a): return 2
class ExitNotAwait(ACM):
    def __aexit__(self, *a): return 3
import warnings
warnings.simplefilter('ignore')
for o in (NoAiter(), [1], BadAiter(), AsyncAiter(), BadAnext(), RaisesAnext()):
    async def it():
        async for x in o: pass
    print(type(o).__name__, drive(it()))
for o in (5, Sync(), NotAwait(), ExitNotAwait('e')):
    async def cm():
        async with o: pass
    print(type(o).__name__, drive(cm()))
async def comps():
    a = [x async for x in AIter(2)]
    b = {x: y async for x in AIter(1) for y in 'pq' if x}
    c = [[y async for y in AIter(x)] for x in (1, 2)]
    g = (x * 2 async for x in AIter(2))
    d = [v async for v in g]
    return a, b, c, d, type(g).__name__
print(drive(comps()))
async def builtins_():
    it = aiter(AIter(1))
    r = [await anext(it), await anext(it, 'default')]
    try: await anext(it)
    except StopAsyncIteration: r.append('stop')
    return r
print(drive(builtins_()))
async def target():
    d = {}
    async for d['k'], d['j'] in pairs(): pass
    return d
async def pairs(): yield 1, 2; yield 3, 4
print(drive(target()))
