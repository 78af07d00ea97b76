# §7.1-7.13 Expression, assert, pass, return, raise, global, nonlocal and import forms.
1; 'expression statement'; (print('called'))
assert True, 'not shown'
for cond, msg in ((0, None), ('', 'text'), ([], ('tu', 'ple')), (None, 5)):
    try:
        if msg is None: assert cond
        else: assert cond, msg
    except AssertionError as e: print(repr(e), e.args)
def evaluated():
    print('message evaluated only on failure')
    return 'm'
assert 1, evaluated()
try: assert 0, evaluated()
except AssertionError as e: print(e)
def no_return(): pass
def bare(): return
def multi(): return 1, *[2, 3]
print(no_return(), bare(), multi())
x = 'global'
def outer():
    x = 'outer'
    def middle():
        global x
        x = 'set globally'
        def inner(): return x
        return inner()
    return middle(), x
print(outer(), x)
def counter():
    n = 0
    def inc(by=1):
        nonlocal n
        n += by
        return n
    def get(): return n
    return inc, get
inc, get = counter(); inc(); inc(5); print(get())
def three():
    v = 1
    def two():
        nonlocal v
        v = 2
        def one():
            nonlocal v
            v = 3
        one()
        return v
    return two(), v
print(three())
class K:
    global declared
    declared = 'in class'
    x = x + '!'
print(declared, K.x, hasattr(K, 'declared'))
import sys as system, math
from math import (sqrt as root, floor,
                  pi,)
print(system.__name__, math.__name__, root(9), floor(pi))
for raiser in ('raise', 'raise ValueError', 'raise ValueError("v")', 'raise 5', 'raise int', 'raise None', 'raise ValueError from 5', 'raise KeyError("k") from None', 'raise Exception from ValueError', 'raise type("E", (Exception,), {})', 'raise object()', 'raise "text"'):
    try: exec(raiser)
    except BaseException as e: print(raiser, '->', type(e).__name__, e, repr(e.__cause__), e.__suppress_context__)
class Odd(Exception):
    def __new__(cls, *a): return 5
try: raise Odd
except TypeError as e: print(e)
for bad in ('return 1', 'global x; x = 1; global x', 'x = 1; global x', 'nonlocal x', 'def f():\n nonlocal zz', 'def f(x):\n global x', 'def f():\n x = 1\n nonlocal x', 'def f(x):\n nonlocal x', 'assert', 'assert (1, 2)', 'from . import *', 'def f():\n from math import *', 'from math import', 'import a.b as c.d', 'from math import (a, b', 'class A:\n return 1', 'def f():\n print(y)\n global y', 'from __future__ import nope', 'x=1\nfrom __future__ import annotations', 'import', 'pass 1', 'raise from x', 'yield 1', 'await x', 'from math import sqrt,'):
    try: compile(bad, 's', 'exec', dont_inherit=True); print(bad, 'ok')
    except SyntaxError as e: print(repr(bad), '->', e.msg)
