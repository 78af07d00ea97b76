# §3.1/§3.3.2.4 Weak references: death, callbacks and their order, equality, hashing, proxies, resurrection.
import _weakref, gc
ref = _weakref.ref
class O:
    def __init__(self, n): self.n = n
    def __repr__(self): return f'O{self.n}'
o = O(1); r = ref(o); print(r(), r() is o, ref(o) is r, _weakref.getweakrefcount(o), len(_weakref.getweakrefs(o)), r.__callback__)
def cb(name): return lambda w: print('callback', name, w() is None, end='; ')
r1, r2, r3 = ref(o, cb('first')), ref(o, cb('second')), ref(o, cb('third')); print(_weakref.getweakrefcount(o), r1 == r2, r1 == r, hash(r) == hash(o))
del o; print(); print(r(), r1(), r == r1, r is not None)
try: hash(r1)
except TypeError as e: print(e)
class E:
    def __init__(self, v): self.v = v
    def __eq__(self, x): return self.v == x.v
    def __hash__(self): return self.v
a, b = E(1), E(1); ra, rb = ref(a), ref(b); print(ra == rb, ra is rb, len({ra, rb}), hash(ra)); del a; print(ra == rb, hash(ra))
for x in (5, 'a', (), [], {}, None, object(), 1.5):
    try: ref(x); print(type(x).__name__, 'ok')
    except TypeError as e: print(e)
class L(list): pass
class T(tuple): pass
print(ref({1}.copy() and (s := {1}))() == {1}, ref(L())() is None, ref(len)() is len, ref(int)() is int, ref(cb)() is cb)
p = O('p'); px = _weakref.proxy(p); print(px.n, type(px).__name__, str(px), px.n + '!'); px.new = 1; print(p.new); del p
try: px.n
except ReferenceError as e: print(e)
class D:
    def __del__(self): print('del sees', self.r(), end=' ')
d = D(); d.r = ref(d); del d; print()
keep = []
class Res:
    def __del__(self): keep.append(self)
x = Res(); rx = ref(x, lambda w: print('res callback')); del x; print(rx(), len(keep), ref(keep[0])() is keep[0]); keep.clear(); print('gone')
o = O('cycle'); o.me = o; r = ref(o, cb('cycle')); del o; print(r() is not None); gc.collect(); print(r())
o = O('err'); r = ref(o, lambda w: 1 / 0)
import sys; sys.unraisablehook = lambda u: print('unraisable', u.exc_type.__name__); del o
r = ref(O('temp'), cb('temp')); print()
r = ref(O('x') and (o := O('dead callback')), cb('not called')); del r; del o; print('no callback for a dead reference')
class Sub(ref):
    __slots__ = ('extra',)
    def __new__(cls, o, cb=None, extra=0): return super().__new__(cls, o, cb)
    def __init__(self, o, cb=None, extra=0): super().__init__(o, cb); self.extra = extra
o = O('sub'); s = Sub(o, None, 'e'); print(s(), s.extra, s == ref(o), Sub(o) is Sub(o), isinstance(s, ref)); l = [O(i) for i in range(4)]; rs = [ref(v, cb(i)) for i, v in enumerate(l)]; l.pop(1); print(); del l[::2]; print(); l.clear(); print([w() for w in rs])
def f(): pass
m = O('m'); m.f = lambda: 1; rm = ref(m.f); print(rm() is m.f); class_ref = ref(type('Tmp', (), {})); gc.collect(); print(class_ref())
it = (i for i in 'a'); print(ref(it)() is it); rb = ref(O('bound').__init__); print(rb()); print(repr(ref(O))[:13], repr(r1).split(' at ')[0])
