# §8.5 with statements of odd shapes: parenthesised, nested tuples, starred targets, expressions, in loops and generators.
class CM:
    log = []
    def __init__(self, v): self.v = v
    def __enter__(self): CM.log.append(f'+{self.v}'); return self.v
    def __exit__(self, *a): CM.log.append(f'-{self.v}'); return False
def flush(): r = ' '.join(CM.log); CM.log.clear(); return r
with (CM(1)): pass
with (CM(1) as a): pass
with (CM(1), CM(2)): pass
with (CM(1) as a, CM(2) as b,): pass
with CM((1, 2)) as (a, b), CM([3, 4, 5]) as [c, *d]: pass
print(a, b, c, d, flush())
with CM(1) if 0 else CM(2) as x: pass
with (lambda: CM('lambda'))() as y: pass
with [CM('index')][0] as z, CM('two') as w: pass
print(x, y, z, w, flush())
o = type('O', (), {})(); l = [0] * 3; i = 1
with CM('attr') as o.a, CM('item') as l[i], CM('slice') as l[2:], CM(0) as i, CM('after') as l[i]: pass
print(o.a, l, i, flush())
for k in range(3):
    with CM(k):
        if k == 0: continue
        if k == 2: break
print(flush())
def gen():
    with CM('g1'):
        yield 1
        with CM('g2'): yield 2
    yield 3
print(list(gen()), flush()); it = gen(); next(it); next(it); it.close(); print(flush()); it = gen(); next(it)
try: it.throw(KeyError)
except KeyError: print('thrown', flush())
def ret():
    with CM('outer'):
        with CM('inner'): return flush()
print(ret(), flush())
class Fail(CM):
    def __exit__(self, t, v, tb): CM.log.append(f'-{self.v}:{t.__name__ if t else None}'); return super().__exit__(t, v, tb)
try:
    with Fail(1), Fail(2):
        with Fail(3): raise ValueError('x')
except ValueError as e: print(e, flush())
try:
    with Fail('a') as (p, q): pass
except ValueError as e: print(e, flush())
try:
    with Fail('a') as undefined.attr: pass
except NameError as e: print(e, flush())
def rec(n):
    with CM(n): return rec(n - 1) if n else 'bottom'
print(rec(3), flush())
t = 0
for j in range(2000):
    with CM(j) as v: t += v
CM.log.clear(); print(t)
for bad in ('with: pass', 'with a b: pass', 'with (a as b): pass', 'with a as 1: pass', 'with a as b(): pass', 'with (a, b) as c: pass', 'with a as (b + c): pass', 'with (a as b, c as d) as e: pass', 'with *a: pass', 'with (*a, b): pass', 'with a as *b: pass', 'with (yield): pass', 'with a, : pass', 'with (a, b,): pass', 'with a as b, c as d,: pass', 'with (): pass', 'with (a as b) as c: pass', 'with a as None: pass', 'with (a := b): pass', 'with (a := b as c): pass'):
    try: compile(bad, 'w', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(bad, '->', e.msg)
