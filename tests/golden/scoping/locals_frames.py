# §3.2.13 (frame objects), PEP 667: locals(), f_locals as write-through proxy, f_back, f_lineno, f_code.
import sys
def f(a, b=2):
    c = a + b
    snap = locals(); c = 'later'
    return snap, locals()['c'], locals() is locals()
s, c, same = f(1); print(s['c'], sorted(s), c, same)
def write():
    x = 1
    fr = sys._getframe()
    fr.f_locals['x'] = 99; fr.f_locals['extra'] = 'e'
    return x, fr.f_locals['extra'], 'extra' in locals(), fr.f_locals.get('nope', 'd'), sorted(fr.f_locals)
print(write())
def outer():
    v = 'before'
    poke(); return v
def poke(): sys._getframe(1).f_locals['v'] = 'poked'
print(outer())
def proxy():
    a, b = 1, 2
    p = sys._getframe().f_locals
    out = [type(p).__name__, len(p), list(p), p == {'a': 1, 'b': 2} , 'a' in p, p | {'z': 1} if False else 0, list(p.items())[:2]]
    p.update({'a': 10}); p |= {'b': 20}
    try: del p['a']
    except Exception as e: out.append(type(e).__name__)
    return out, a, b
print(proxy())
def cells():
    n = 1
    def inner(): sys._getframe(1).f_locals['n'] = 5; return n
    return inner(), n
print(cells())
def names():
    out, fr = [], sys._getframe()
    while fr: out.append(fr.f_code.co_name); fr = fr.f_back
    return out
def l1(): return names()
print(l1(), (lambda: names())(), [names() for _ in '1'])
class K:
    here = sys._getframe().f_code.co_name
    loc = sorted(k for k in locals() if not k.startswith('__'))
    locals()['dyn'] = 1
print(K.here, K.loc, K.dyn)
print(locals() is globals(), sys._getframe().f_globals is globals(), sys._getframe().f_locals is globals(), sys._getframe().f_lineno, sys._getframe().f_back)
def gen(): x = 1; yield sys._getframe(); x = 2; yield
it = gen(); fr = next(it); print(fr.f_locals['x'], fr is it.gi_frame, fr.f_back); next(it); print(fr.f_locals['x'])
def tb():
    loc = 'kept'
    1 / 0
try: tb()
except ZeroDivisionError as e: fr = e.__traceback__.tb_next.tb_frame; print(fr.f_locals, fr.f_lineno, e.__traceback__.tb_next.tb_lineno, fr.f_code.co_name); fr.clear(); print(fr.f_locals)
try: sys._getframe().clear()
except RuntimeError as e: print(e)
try: sys._getframe(1000)
except ValueError as e: print(e)
def unset():
    if 0: q = 1
    return locals()
print(unset(), vars() is globals(), dir() == sorted(globals()))
def comp(): y = 3; return [(y, z, sorted(locals())) for z in range(1)]
print(comp())
def dele():
    x = 1; sys._getframe().f_locals['x'] = 2; del x
    return 'x' in sys._getframe().f_locals
print(dele())
