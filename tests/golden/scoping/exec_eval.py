# §4.2.4/§10.3 exec, eval and compile: namespaces, closures, modes, locals, __builtins__.
x = 'global'
print(eval('x'), eval('x', {'x': 1}), eval('x + y', {'x': 1}, {'y': 2}), eval('(lambda: x)()'), eval(' \t1 + 1'), eval(compile('x', 'f', 'eval')))
ns = {}; exec('a = 1\ndef f(): return a\nb = f()', ns); print(sorted(k for k in ns if k != '__builtins__'), ns['b'], '__builtins__' in ns)
g, l = {'a': 1}, {}; exec('b = a\na = 5', g, l); print(g['a'], l)
def f():
    y = 'local'
    exec('y = "changed"; z = 1'); r = [y, 'z' in locals()]
    d = {}; exec('y2 = y + "!"', globals(), {'y': y, **d}); r.append(eval('y')); return r, eval('[y for _ in "a"]')
print(f())
def h(): x = 'h'; return eval('x'), eval('x', globals()), [eval('x') for _ in '1']
print(h())
for mode, src in (('exec', 'q = 1\nq'), ('eval', '1 + 1'), ('single', 'print("s"); 5')):
    c = compile(src, '<m>', mode); print(mode, c.co_name, c.co_filename, exec(c) if mode != 'eval' else eval(c))
class Map(dict):
    def __missing__(self, k): return f'<{k}>'
print(eval('name + other', {}, Map()))
exec('class K:\n  def m(self): return __class__.__name__'); print(K().m())
exec('global gg; gg = 1'); print(gg)
try: exec('def e(): raise ValueError("in exec")\ne()', {}, {})
except ValueError as e: t = e.__traceback__.tb_next; print(e, t.tb_frame.f_code.co_filename, t.tb_lineno, t.tb_next.tb_frame.f_code.co_name)
def tries(*fs):
    for q in fs:
        try: print(q())
        except BaseException as e: print(type(e).__name__, e)
tries(lambda: eval('1; 2'), lambda: eval('x = 1'), lambda: eval(''), lambda: exec('1 +'), lambda: eval('nope'), lambda: eval(b'1 + 1'), lambda: eval('x', 5), lambda: exec('x', {}, 5), lambda: compile('1', 'f', 'zz'), lambda: compile('a\0b', 'f', 'exec'), lambda: eval('return 1'), lambda: exec('nonlocal x'), lambda: eval('len([1])', {'__builtins__': {}}), lambda: eval('len([1])', {'__builtins__': {'len': lambda v: 'mine'}}), lambda: exec('import sys', {'__builtins__': {}}), lambda: eval('__builtins__', {}).__class__, lambda: exec(h.__code__), lambda: eval((lambda: x).__code__), lambda: exec('\tx'), lambda: exec('x = 1\n  y = 2'), lambda: eval('(yield)'), lambda: eval('a.b.c', {'a': 1}), lambda: exec('def f(:\n pass'), lambda: exec('# only a comment'), lambda: eval('\n1'), lambda: exec('é = 1; print(é)'), lambda: exec(b'# coding: latin-1\nprint("\xe9")'), lambda: exec('print(__name__)', {}), lambda: exec('print(__name__)'))
def clos():
    n = 1
    def inner(): return n
    try: exec(inner.__code__, {})
    except TypeError as e: print(e)
    return eval(inner.__code__, {}) if 0 else exec(inner.__code__, {}, closure=inner.__closure__)
print(clos())
