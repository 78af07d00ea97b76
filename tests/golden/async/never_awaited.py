# §8.9.1 A coroutine that is never awaited warns on stderr; a closed one does not.
import sys
async def f(): pass
async def g(): return 1
f()
print('after temporary', flush=True)
c = g(); c.close(); del c
c = g()
try: c.send(None)
except StopIteration as e: print('value', e.value)
del c
def make():
    x = g()
    return 'lost'
print(make(), flush=True)
async def ag(): yield 1
ag(); a = ag(); a.asend(None); del a
print('end')
