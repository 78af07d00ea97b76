# §6.2.9.2 When generators are finalised: last reference, loop exit, cycles, exceptions, interpreter exit.
import gc
def g(name):
    try:
        yield 1
        yield 2
    finally:
        print('final', name)
x = g('a'); next(x); x = None; print('after a')
x = g('never started'); del x; print('no finally')
def f(): it = g('local'); next(it); print('leaving f')
f(); print('left')
for v in g('loop'): break
print('after loop')
l = [g('list')]; next(l[0]); l.clear(); print('after clear')
def err():
    it = g('err'); next(it)
    raise ValueError
try: err()
except ValueError as e: print('handler, frame still alive'); e.__traceback__ = None
print('after handler')
next(g('temporary')); print('after temporary')
a = g('rebind'); next(a); a = g('second'); print('rebound'); next(a); a = 5
def cyc():
    me = None
    def inner():
        nonlocal me
        try: yield me
        finally: print('final cycle')
    me = inner(); next(me)
cyc(); print('cycle alive'); gc.collect(); print('collected')
def outer():
    try: yield from g('inner')
    finally: print('final outer')
o = outer(); next(o); del o
class Holder:
    def __init__(self): self.it = g('held'); next(self.it)
    def __del__(self): print('holder del')
h = Holder(); del h; print('after holder')
class Weird:
    def __del__(self): print('value dropped')
def holds():
    w = Weird()
    yield 1
    del w
    yield 2
it = holds(); next(it); print('before'); next(it); print('after'); it.close()
def exhausted():
    w = Weird()
    yield
it = exhausted(); list(it); print('exhausted')
it = exhausted(); next(it); it.close(); print('closed')
def in_expr(): return [next(g('x')), print('between'), next(g('y'))]
in_expr()
def swallow():
    while True:
        try: yield
        except ValueError: print('ignored value error')
s = swallow(); next(s); s.throw(ValueError); del s; print('swallow gone')
last = g('at exit'); next(last)
print('end of program')
