# §8.4.2 except*: splitting, re-raising, naked exceptions, derive, nested groups.
def show(e, depth=0):
    if isinstance(e, BaseExceptionGroup): return f'{type(e).__name__}({e.message!r}, [{", ".join(show(x) for x in e.exceptions)}])'
    return repr(e)
def run(exc, *, again=None):
    log = []
    try:
        try: raise exc
        except* ValueError as g: log.append('V ' + show(g))
        except* (KeyError, TypeError) as g:
            log.append('KT ' + show(g))
            if again == 'raise': raise
            if again == 'new': raise OSError('new')
            if again == 'same': raise g
        except* OSError as g: log.append('O ' + show(g))
        else: log.append('else')
        finally: log.append('finally')
    except BaseException as e: log.append('OUT ' + show(e) + f' ctx={show(e.__context__) if e.__context__ else None}')
    for l in log: print(' ', l)
EG = ExceptionGroup
cases = [lambda: ValueError(1), lambda: EG('g', [ValueError(1), KeyError(2)]), lambda: EG('g', [ZeroDivisionError()]), lambda: EG('g', [EG('n', [ValueError(1), ZeroDivisionError(2)]), TypeError(3), OSError(4)]), lambda: ZeroDivisionError('bare'), lambda: BaseExceptionGroup('b', [KeyboardInterrupt(), ValueError(9)])]
for c in cases:
    for again in (None, 'raise', 'new', 'same'):
        print(show(c()), again); run(c(), again=again)
g = EG('top', [ValueError(1), EG('sub', [TypeError(2), ValueError(3)])])
print(show(g.subgroup(ValueError)), g.subgroup(KeyError), [show(p) if p else p for p in g.split(TypeError)])
print(show(g.subgroup(lambda e: isinstance(e, EG) or e.args == (3,))), show(g.split((ValueError, TypeError))[0]))
class My(EG):
    def __new__(cls, msg, excs, code): self = super().__new__(cls, msg, excs); self.code = code; return self
    def derive(self, excs): return My(self.message, excs, self.code)
try:
    raise My('mine', [ValueError(1), KeyError(2)], 42)
except* ValueError as m: print(type(m).__name__, m.code, m)
except* KeyError as m: print('key', m.code)
for bad in (lambda: EG('x', []), lambda: EG('x', [1]), lambda: EG(5, [ValueError()]), lambda: EG('x', [KeyboardInterrupt()]), lambda: EG('x'), lambda: EG('x', ValueError()), lambda: g.split(5), lambda: g.subgroup([])):
    try: bad()
    except Exception as e: print(type(e).__name__, e)
print(type(BaseExceptionGroup('b', [ValueError()])).__name__, type(BaseExceptionGroup('b', [SystemExit()])).__name__, str(g), repr(EG('r', (ValueError('q'),))), EG('m', [OSError(1)]).exceptions)
def group_type():
    try:
        try: raise ValueError
        except* EG: pass
    except TypeError as e: print(e)
group_type()
try:
    try: raise EG('a', [ValueError(1)])
    except* ValueError: raise KeyError('in handler')
except KeyError as e: print(show(e), '| context', show(e.__context__))
for i in range(2):
    try:
        if i: raise EG('loop', [ValueError(i)])
    except* ValueError as e: print('loop', i, show(e))
try: e
except NameError as x: print(x)
note = EG('n', [ValueError(1), TypeError(2)]); note.add_note('kept')
print(note.subgroup(ValueError).__notes__, note.subgroup(ValueError).__notes__ is note.__notes__)
