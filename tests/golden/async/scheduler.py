# §8.9 A small event loop: tasks, sleeping, events, queues, cancellation, gathering; fully deterministic.
class Suspend:
    def __init__(self, op, *args): self.op = (op, *args)
    def __await__(self): return (yield self.op)
class Cancelled(BaseException): pass
class Task:
    def __init__(self, name, coro): self.name, self.coro, self.done, self.result, self.error, self.waiters, self.cancel = name, coro, False, None, None, [], False
    def __await__(self):
        if not self.done: yield ('join', self)
        if self.error: raise self.error
        return self.result
class Loop:
    def __init__(self): self.now, self.ready, self.sleeping, self.seq, self.log = 0, [], [], 0, []
    def spawn(self, name, coro):
        t = Task(name, coro); self.ready.append((t, None)); return t
    def finish(self, t, result=None, error=None):
        t.done, t.result, t.error = True, result, error
        self.ready += [(w, None) for w in t.waiters]
    def run(self, main):
        root = self.spawn('main', main)
        while self.ready or self.sleeping:
            if not self.ready:
                self.sleeping.sort(); self.now, _, t = self.sleeping.pop(0); self.ready.append((t, None))
            t, value = self.ready.pop(0)
            if t.done: continue
            try: op = t.coro.throw(Cancelled()) if t.cancel and not setattr(t, 'cancel', False) else t.coro.send(value)
            except StopIteration as e: self.finish(t, e.value); continue
            except Cancelled: self.finish(t, error=RuntimeError(f'{t.name} cancelled')); continue
            except Exception as e: self.finish(t, error=e); continue
            match op:
                case ('sleep', d): self.seq += 1; self.sleeping.append((self.now + d, self.seq, t))
                case ('join', Task() as o): (o.waiters if not o.done else self.ready).append(t if not o.done else (t, None))
                case ('spawn', name, coro): self.ready.append((t, self.spawn(name, coro)))
                case ('now',): self.ready.append((t, self.now))
                case ('cancel', o):
                    o.cancel = True
                    self.sleeping = [s for s in self.sleeping if s[2] is not o]
                    self.ready += [(o, None), (t, None)]
        if root.error: raise root.error
        return root.result
sleep = lambda d: Suspend('sleep', d)
spawn = lambda n, c: Suspend('spawn', n, c)
async def worker(name, delay, n):
    for i in range(n):
        await sleep(delay)
        print(f'[{await Suspend("now")}] {name} {i}')
    return name.upper()
async def failing(): await sleep(2); raise ValueError('task failed')
async def forever():
    try:
        while True: await sleep(1)
    finally: print(f'[{await Suspend("now")}] forever cleaned up')
class Queue:
    def __init__(self): self.items = []
    async def get(self):
        while not self.items: await sleep(1)
        return self.items.pop(0)
    async def __aiter_(self): pass
    def __aiter__(self): return self
    async def __anext__(self):
        v = await self.get()
        if v is None: raise StopAsyncIteration
        return v
async def producer(q):
    for i in range(3): await sleep(2); q.items.append(i * i)
    q.items.append(None)
async def gather(*ts): return [await t for t in ts]
async def main():
    a, b = await spawn('a', worker('a', 2, 3)), await spawn('b', worker('b', 3, 2))
    f = await spawn('f', failing())
    print(await gather(a, b))
    try: await f
    except ValueError as e: print('joined', e)
    q = Queue(); await spawn('p', producer(q))
    print([x async for x in q], await Suspend('now'))
    t = await spawn('t', forever()); await sleep(3); await Suspend('cancel', t)
    try: await t
    except RuntimeError as e: print(e)
    return 'main done'
print(Loop().run(main()))
