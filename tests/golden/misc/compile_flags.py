# §10.3 compile(): dont_inherit, optimize levels, docstring stripping, assert removal, AST-only input.
src = '"""doc"""\nassert False, "a"\nx = __debug__\ndef f():\n    "fdoc"\n    assert 0\n    return f.__doc__, __debug__\ny = f() if not __debug__ else None\n'
for opt in (-1, 0, 1, 2):
    ns = {}
    try: exec(compile(src, 's', 'exec', optimize=opt), ns); print(opt, ns['x'], ns['y'], ns.get('__doc__'))
    except AssertionError as e: print(opt, 'assert', e)
code = compile('a = 1\nb = a + 1\n', 'file.py', 'exec'); ns = {}; exec(code, ns); print(ns['b'], code.co_names, code.co_filename, code.co_firstlineno, code.co_name, code.co_argcount, code.co_flags & 0x40)
for bad in (5, None, ['a']):
    try: compile(bad, 'f', 'exec')
    except TypeError as e: print(e)
for args in (('1', 'f', 'exec', 99999999), ('1', 'f', 'exec', 0, False, 7), ('1', 5, 'exec')):
    try: compile(*args); print('ok')
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
print(compile(b'1', b'bytes.py', 'eval').co_filename, eval(compile('1 +\\\n2', 'f', 'eval')), compile('x', 'f', 'eval') == compile('x', 'f', 'eval'), hash(compile('x', 'f', 'eval')) == hash(compile('x', 'f', 'eval')), compile('x', 'f', 'eval') == compile('y', 'f', 'eval'))
c = compile('def f(a, /, b, *c, d, **e):\n  x = lambda: b\n  return x', 'q.py', 'exec'); k = [v for v in c.co_consts if hasattr(v, 'co_name')][0]; print(k.co_name, k.co_varnames, k.co_cellvars, k.co_posonlyargcount, k.co_kwonlyargcount, k.co_nlocals, k.co_qualname, [v.co_freevars for v in k.co_consts if hasattr(v, 'co_name')])
print([t for t in compile('1\n\n2\n', 'l', 'exec').co_lines() if t[2]][-1][2], repr(k).split(' at ')[0])
try: exec(compile('raise ValueError(1)', 'named.py', 'exec'))
except ValueError as e: print(e.__traceback__.tb_next.tb_frame.f_code.co_filename)
r = k.replace(co_name='g', co_filename='z.py'); print(r.co_name, r.co_filename, r.co_consts == k.co_consts)
for kw in ({'co_name': 5}, {'co_argcount': -1}, {'nope': 1}):
    try: k.replace(**kw)
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
