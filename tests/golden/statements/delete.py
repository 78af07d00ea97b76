# §7.5 del: names, attributes, items, slices, nested targets, unbound errors.
x = 1
del x
try: x
except NameError as e: print(e)
try: del x
except NameError as e: print(e)
a, b, c = 1, 2, [3, 4, 5]
del a, (b, c[0])
print(c, 'a' in globals(), 'b' in globals())
del c[0], c[-1:]; print(c)
d = {'a': 1, 'b': 2}
del d['a']; print(d)
try: del d['zz']
except KeyError as e: print(repr(e))
try: del c[5]
except IndexError as e: print(e)
class O:
    cls = 1
    def __delattr__(self, k): print('delattr', k); super().__delattr__(k)
    def __delitem__(self, k): print('delitem', k)
o = O(); o.x = 1
del o.x, o[1], o[1:2], o[..., 0]
for name in ('x', 'cls', 'nope'):
    try: delattr(o, name)
    except AttributeError as e: print(e)
del O.cls
print(hasattr(o, 'cls'))
def f(p):
    del p
    try: return p
    except UnboundLocalError as e: return str(e)
print(f(1))
def g():
    v = 1
    def inner(): return v
    del v
    try: return inner()
    except NameError as e: return type(e).__name__, str(e)
print(g())
def h():
    global gone
    gone = 1
    del gone
    return 'gone' in globals()
print(h())
for i in range(2):
    del i
try: i
except NameError as e: print(e)
def exc():
    try: 1 / 0
    except ZeroDivisionError as e: pass
    try: return e
    except UnboundLocalError as err: return str(err)
print(exc())
def exc2():
    try: 1 / 0
    except ZeroDivisionError as e: del e
    return 'fine'
print(exc2())
for tgt in ((1, 2), 'abc', range(3), frozenset(), b'x', 5, None):
    try: del tgt[0]
    except TypeError as e: print(e)
try: del (1).real
except AttributeError as e: print(e)
try: del int.bit_length
except TypeError as e: print(e)
try: del o.__class__
except TypeError as e: print(e)
del (), []
m = {1: 2}; del (m[1]); print(m)
for bad in ('del 1', 'del f()', 'del a + b', 'del None', 'del (a, 1)', 'del *a', 'del a.b()', 'del [a, b()]', 'del x := 1', 'del {}', 'del (yield)', 'del', 'del lambda: 1', 'del a if b else c', 'del ...'):
    try: compile(bad, 'd', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(bad, '->', e.msg)
