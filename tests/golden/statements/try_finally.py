# §8.4 try: except, else, finally, order, return overriding, nested re-raising.
def flow(kind):
    out = []
    try:
        out.append('try')
        if kind == 1: raise ValueError('v')
        if kind == 2: raise KeyError('k')
        if kind == 3: raise OSError('o')
    except ValueError as e: out.append(f'value {e}')
    except (KeyError, TypeError): out.append('tuple')
    except: out.append('bare')
    else: out.append('else')
    finally: out.append('finally')
    return out
for k in range(4): print(flow(k))
def ret(kind):
    try:
        if kind: raise RuntimeError('boom')
        return 'try'
    except RuntimeError: return 'except'
    finally: print('cleanup', end=' ')
print(ret(0), ret(1))
def value():
    x = 1
    try: return x
    finally: x = 2
print(value())
def nested():
    try:
        try: 1 / 0
        finally: print('inner finally', end=' ')
    except ZeroDivisionError as e: print('outer', e)
    try:
        try: raise ValueError(1)
        except ValueError: raise KeyError(2)
        finally: print('f1', end=' ')
    except KeyError as e: print(repr(e), repr(e.__context__))
nested()
def reraise():
    try:
        try: raise ValueError('first')
        except ValueError as e:
            e.args = ('changed',)
            raise
    except ValueError as e: return e.args
print(reraise())
def match_types():
    class Meta(type):
        def __instancecheck__(cls, i): return True
        def __subclasscheck__(cls, c): return True
    class Any_(Exception, metaclass=Meta): pass
    try:
        try: raise ValueError('not matched by hooks')
        except Any_: return 'hooked'
    except ValueError as e: return str(e)
print(match_types())
def dynamic(spec):
    try:
        try: raise ValueError('x')
        except spec(): return 'matched'
        except ValueError: return 'second'
    except TypeError as e: return str(e)
def lists(): return ValueError
def bad(): return 5
def badtuple(): return (KeyError, 'a')
def empty(): return ()
for s in lists, bad, badtuple, empty: print(dynamic(s))
def order():
    try: raise ValueError
    except print('evaluated left to right') or KeyError: pass
    except ValueError: print('then this')
order()
def gen():
    try: yield 1
    finally: print('generator cleanup')
for x in gen(): break
def loops():
    r = []
    for i in range(4):
        try:
            if i == 1: continue
            if i == 3: break
            r.append(i)
        finally: r.append(-i)
    else: r.append('else')
    return r
print(loops())
try: raise ValueError('a')
except ValueError as err: saved = err
print('err' in globals(), saved)
try:
    try: raise ValueError
    except* ValueError as g: print(type(g).__name__, len(g.exceptions))
finally: print('both')
except_no_parens = 0
try: int('x')
except KeyError, ValueError: except_no_parens = 1
print(except_no_parens)
import sys
def info(): return sys.exc_info()[0]
try: 1 / 0
except ZeroDivisionError:
    print(info().__name__)
    try: [][0]
    except IndexError: print(info().__name__, sys.exception().__context__.__class__.__name__)
    print(info().__name__)
print(info())
for src in ('try: pass', 'try: pass\nexcept: pass\nexcept ValueError: pass', 'try: pass\nexcept* A: pass\nexcept B: pass', 'try: pass\nexcept*: pass', 'try: pass\nexcept A, B as e: pass', 'try: pass\nexcept A as 1: pass', 'try: pass\nelse: pass', 'for x in y:\n try: pass\n except* A: break', 'def f():\n try: pass\n except* A: return', 'try: pass\nfinally: pass\nexcept: pass', 'try pass', 'try: pass\nexcept A as a.b: pass'):
    try: compile(src, 't', 'exec'); print('ok')
    except SyntaxError as e: print(e.msg)
