# §3.1 The cycle collector: gc.collect counts, __del__ in cycles, order, resurrection, tuples and closures in cycles.
import gc
gc.disable(); gc.collect()
class N:
    def __init__(self, n): self.n = n
    def __del__(self): print('del', self.n, end='; ')
def cyc(*names):
    ns = [N(n) for n in names]
    for a, b in zip(ns, ns[1:] + ns[:1]): a.next = b
cyc('self'); print('alive', end=' '); gc.collect(); print()
cyc('a', 'b'); gc.collect(); print()
print(gc.isenabled(), gc.get_count()[0] >= 0, len(gc.get_threshold()), gc.is_tracked([]), gc.is_tracked(5), gc.is_tracked('a'), gc.is_tracked({}), gc.is_tracked(N))
l = []; l.append(l); del l; print(gc.collect() >= 1)
d = {}; d['d'] = d; del d; t = ([],); t[0].append(t); del t; print(gc.collect() >= 3)
def clos():
    n = N('closure')
    def f(): return f, n
    return None
clos(); gc.collect(); print()
def gen():
    n = N('gen'); me = yield; yield me
it = gen(); next(it); it.send(it); del it; gc.collect(); print()
class K:
    k = None
K.k = K; K.n = N('class'); del K; gc.collect(); print()
def exc():
    n = N('frame')
    try: 1 / 0
    except ZeroDivisionError as e: keep = e
exc(); print('exception cycle alive', end=' '); gc.collect(); print()
saved = []
class R:
    def __init__(self): self.me = self
    def __del__(self): print('resurrect', end='; '); saved.append(self)
R(); gc.collect(); print(len(saved), saved[0].me is saved[0]); saved.clear(); gc.collect(); print('not finalised twice', len(saved))
a = N('outside'); b = N('inside'); a.b = b; b.a = a; c = N('kept by root'); b.c = c; del a, b; gc.collect(); print('then', end=' '); del c; print()
print(gc.is_finalized(5), gc.garbage, gc.callbacks)
x = [1]; y = {'x': x}; print([type(r).__name__ for r in gc.get_referrers(x) if r is y], [r is x for r in gc.get_referents(y) if isinstance(r, list)], gc.get_referents([1, 'a']) == ['a', 1] or sorted(map(str, gc.get_referents([1, 'a']))))
log = []; gc.callbacks.append(lambda p, i: log.append((p, i['generation']))); gc.collect(); gc.collect(0); gc.callbacks.clear(); print(log)
try: gc.collect(5)
except ValueError as e: print(e)
gc.enable()
for i in range(3000): z = []; z.append(z)
print(gc.collect() < 3000, gc.isenabled()); w = N('at exit'); v = N('cycle at exit'); v.v = v
class P:
    def __init__(self, n): self.n = n; self.c = []
root = P('root')
for i in range(5): k = P(i); k.parent = root; root.c.append(k)
import _weakref; r = _weakref.ref(root); rk = _weakref.ref(k); del root, k, i; print(r() is not None); gc.collect(); print(r(), rk())
print('end')
