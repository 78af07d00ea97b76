# §8.4/§7.8 sys.exc_info and sys.exception across calls, generators, nested handlers, finally and async code.
import sys
def cur(): e = sys.exception(); return type(e).__name__ if e else None
def f(): return cur()
try: raise KeyError
except KeyError:
    print(f(), sys.exc_info()[0].__name__, sys.exc_info()[1] is sys.exception(), sys.exc_info()[2] is sys.exception().__traceback__)
    try: raise ValueError
    except ValueError: print(cur())
    print(cur())
    try: pass
    finally: print('finally in handler', cur())
    (lambda: print('lambda', cur()))(); print([cur() for _ in '1'], list(cur() for _ in '1'))
print(cur(), sys.exc_info())
def gen():
    print('g', cur()); yield 1
    try: raise IndexError
    except IndexError: print('in', cur()); yield 2; print('resumed', cur())
    print('after', cur()); yield 3
g = gen(); next(g)
try: raise OSError
except OSError: next(g); print('outer', cur())
print(cur()); next(g); print(cur()); g.close()
def reraise():
    try: raise ValueError('v')
    except ValueError:
        try: raise
        except ValueError as e: return cur(), e.__context__
print(reraise(), cur())
try: raise
except RuntimeError as e: print(e)
def bare(): raise
try:
    try: raise KeyError('k')
    except KeyError: bare()
except KeyError as e: print('bare raise in a call', e)
def fin():
    try: 1 / 0
    finally: print('unwinding', cur())
try: fin()
except ZeroDivisionError: print('handler', cur())
def ret():
    try: raise ValueError
    except ValueError: return cur()
    finally: print('fin', cur())
print(ret(), cur())
def loop():
    for i in range(2):
        try: raise ValueError(i)
        except ValueError: continue
        finally: print('c', cur())
    return cur()
print(loop())
class CM:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print('exit', cur(), v is sys.exception()); return True
with CM(): raise LookupError
print(cur())
class D:
    def __del__(self): print('del', cur())
try: raise EOFError
except EOFError: D(); print(cur())
async def co():
    try: raise TypeError
    except TypeError: await aw(); print('co', cur())
class aw:
    def __await__(self): yield cur()
c = co(); print(c.send(None), cur())
try: c.send(None)
except StopIteration: print('stopped', cur())
try: raise ExceptionGroup('g', [ValueError(1), KeyError(2)])
except* ValueError: print('star', cur(), len(sys.exception().exceptions))
except* KeyError: print('star2', cur())
print(cur())
def tb():
    try: 1 / 0
    except ZeroDivisionError as e: return e
e = tb(); t = e.__traceback__; print(t.tb_lineno - tb.__code__.co_firstlineno, t.tb_next, t.tb_frame.f_code.co_name, type(t).__name__); e2 = e.with_traceback(None); print(e2 is e, e.__traceback__)
T = type(t); n = T(None, t.tb_frame, 4, 77); print(n.tb_lineno, n.tb_lasti, n.tb_next)
try: t.tb_next = t
except ValueError as x: print(x)
try: raise e.with_traceback(n)
except ZeroDivisionError as x: print([q.tb_lineno == 77 for q in (x.__traceback__, x.__traceback__.tb_next)])
