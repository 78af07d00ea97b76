# The modules tokenize and symtable (library reference, "Python Language Services").
import tokenize, io, symtable

PROGRAM = """import os
def f(x, *a, k: int = 3) -> str:
    y = x
    def g():
        nonlocal y
        global z
        z = y
        return [q for q in (lambda w: w)(y)]
    return g
class C[T]:
    a: int = 1
    def m(self): return __class__, T
    type X[U] = list[U]
x = (i for i in range(3) if (w := i))
"""
src = "x = 1 + y # c\n\nif é:\n  '''a\nb''' + 3\nf'{x!r:>{w}}'"
for t in tokenize.generate_tokens(io.StringIO(src).readline): print(t)
print(tokenize.untokenize(tokenize.generate_tokens(io.StringIO(src + "\n").readline)) == src + "\n")
for t in tokenize.tokenize(io.BytesIO(b"# coding: latin-1\n'\xe9'\n").readline): print(t)
for bad in "(1,\n", "x = 'abc\n", "0x\n", "if x:\n\ty\n        z\n", "if x:\n  y\n z\n", "'''abc", "a\\\n b\n\\", "1 _ 2\n$ ?\n", "", "#a", "\n", "\f x\n", "x='a\\\nb'\r\n":
    try:
        for t in tokenize.generate_tokens(io.StringIO(bad).readline): print(tuple(t))
    except (tokenize.TokenError, SyntaxError) as e: print(type(e).__name__, e.args)
def show(t, depth=0):
    print("  " * depth, t.get_type(), t.get_name(), t.get_lineno(), t.is_nested(), t.is_optimized(), t.has_children())
    for s in sorted(t.get_symbols(), key=lambda s: s.get_name()):
        facts = [n for n in dir(s) if n.startswith("is_") and n != "is_namespace" and getattr(s, n)()]
        print("  " * depth, "-", s.get_name(), facts)
    for c in t.get_children(): show(c, depth + 1)
show(symtable.symtable(PROGRAM, "f", "exec"))
for bad in "def f(x, x): pass", "def f():\n nonlocal q", "x = (", "def f():\n  x = 1\n  global x":
    try: symtable.symtable(bad, "f", "exec")
    except SyntaxError as e: print(e, e.lineno, e.offset)
try: symtable.symtable("x", "f", "what")
except ValueError as e: print(e)
