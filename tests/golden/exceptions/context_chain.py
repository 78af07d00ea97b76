# §7.8 Implicit and explicit chaining: __context__, __cause__, cycles avoided, from None, re-raise of the same object.
def chain(e):
    out = []
    while e and len(out) < 8:
        out.append(f'{type(e).__name__}{e.args}{"*" if e.__cause__ else ""}{"!" if e.__suppress_context__ else ""}'); e = e.__cause__ or e.__context__
    return ' < '.join(out)
def run(f):
    try: f()
    except Exception as e: print(f.__name__, chain(e))
def implicit():
    try: 1 / 0
    except ZeroDivisionError: [][0]
def explicit():
    try: 1 / 0
    except ZeroDivisionError as e: raise KeyError(1) from e
def none():
    try: 1 / 0
    except ZeroDivisionError: raise KeyError(1) from None
def same():
    try: raise ValueError('a')
    except ValueError as e:
        try: raise TypeError('b')
        except TypeError: raise e
def in_finally():
    try: raise ValueError('body')
    finally: raise TypeError('finally')
def three():
    try:
        try: raise ValueError(1)
        except ValueError: raise TypeError(2)
    except TypeError: raise KeyError(3)
def handled():
    try: raise ValueError('handled')
    except ValueError: pass
    raise KeyError('clean')
def in_call():
    try: raise ValueError('outer')
    except ValueError: helper()
def helper(): raise RuntimeError('in helper')
def cls():
    try: raise ValueError
    except ValueError: raise KeyError from OSError
def with_exit():
    class C:
        def __enter__(self): pass
        def __exit__(self, *a): raise RuntimeError('exit')
    with C(): raise ValueError('body')
def gen():
    def g():
        try: yield
        finally: raise KeyError('closing')
    it = g(); next(it)
    try: raise ValueError('current')
    except ValueError: it.close()
def setattr_():
    e = ValueError('x'); e.__context__ = KeyError('manual'); raise e
def loop():
    a, b = ValueError('a'), ValueError('b'); a.__context__ = b
    try: raise a
    except ValueError: raise b
def stop():
    def g(): yield next(iter(()))
    list(g())
def attr():
    class P:
        @property
        def x(self): return self._x
        def __getattr__(self, n):
            if n == 'x': raise LookupError(n)
            raise AttributeError(n)
    P().x
for f in (implicit, explicit, none, same, in_finally, three, handled, in_call, cls, with_exit, gen, setattr_, loop, stop, attr): run(f)
