# §6.4/§6.2.9 yield and yield from as expressions in every position.
def drive(g, *sends):
    out, it = [], iter(sends)
    try:
        out.append(next(g))
        for s in it: out.append(g.send(s))
    except StopIteration as e: return out, e.value
    return out, '...'
def a(): return (yield 1) + (yield 2) * (yield 3)
def b(): return [(yield 'x'), (yield 'y')], {(yield 'k'): (yield 'v')}, ((yield 't'),), {(yield 's')}
def c(): return (lambda p, *q, **r: (p, q, r))((yield 'p'), *(yield 'q'), k=(yield 'k'), **(yield 'd'))
def d(): x = (yield 'a') if (yield 'cond') else (yield 'b'); return x
def e(): return (yield 'l') and (yield 'r') or (yield 'o')
def f(): return f'{(yield "f")}-{(yield "g"):>{(yield "w")}}'
def g(): l = [0, 1, 2]; l[(yield 'i')] = (yield 'val'); l[(yield 's'):(yield 'e')] = (yield 'sl'); del l[(yield 'del')]; return l
def h(): return (yield 'x') < (yield 'y') < (yield 'z')
def i():
    x = yield from sub(); y = (yield from sub()) + (yield 'own'); return x, y
def sub(): r = yield 'sub'; return r
def j(): return (yield (yield (yield 'deep')))
def k():
    for x in (yield 'iterable'): yield x
    while (yield 'while'): pass
    with (yield 'cm') as v: pass
    assert (yield 'assert'), (yield 'msg')
def l(): return not (yield 1), -(yield 2), (yield 3)[0], (yield 4).real, (w := (yield 5)), w
class CM:
    def __enter__(self): return 1
    def __exit__(self, *a): pass
print(drive(a(), 10, 20, 30)); print(drive(b(), *range(7))); print(drive(c(), 'P', [1, 2], 'K', {'z': 1})); print(drive(d(), 1, 'A'), drive(d(), 0, 'B')); print(drive(e(), 1, 2), drive(e(), 0, 3)); print(drive(f(), 1, 2, 5)); print(drive(g(), 'v', 0, 'pq', 1, 2, 0)); print(drive(h(), 1, 2, 3), drive(h(), 5, 2)); print(drive(i(), 1, 2, 3)); print(drive(j(), 'a', 'b', 'c')); print(drive(l(), 0, 5, 'ab', 7, 8))
try: print(drive(k(), [7, 8], None, None, True, False, CM(), 0, 'message'))
except AssertionError as x: print('AssertionError', x)
def m(): yield; return; yield 'never'
def n(): return (yield), (yield)
print(drive(m(), 1), drive(n(), 1, 2), (lambda: (yield 'lambda'))().__next__())
