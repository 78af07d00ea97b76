# Globals, built-ins and closures rebound while the loops that use them are hot.
import sys
factor = 2
def scale(x): return x * factor
def run(n, change_at, value):
    global factor
    t = 0
    for i in range(n):
        if i == change_at: factor = value
        t += scale(i)
    return t
print(run(3000, 1500, 3)); print(run(3000, 2000, 0.5)); factor = 2; print(run(100, -1, 0), scale(5))
def helper(): return 1
def other(): return 100
def call(n):
    global helper
    t = 0
    for i in range(n):
        if i == n - 10: helper = other
        t += helper()
    return t
print(call(3000))
def uses_len(n):
    t = 0
    for i in range(n):
        if i == n // 2: globals()['len'] = lambda x: 1000
        t += len('ab')
    del globals()['len']
    return t + len('ab')
print(uses_len(3000))
import builtins
def uses_builtin(n):
    orig, t = builtins.abs, 0
    for i in range(n):
        if i == n - 5: builtins.abs = lambda x: 7
        t += abs(-1)
    builtins.abs = orig
    return t
print(uses_builtin(2000))
def closure(n):
    k = 1
    def get(): return k
    def bump():
        nonlocal k
        k += 1
    t = 0
    for i in range(n):
        if i % 500 == 0: bump()
        t += get()
    return t, k
print(closure(3000))
def missing(n):
    t = 0
    for i in range(n):
        try: t += late_global
        except NameError: t -= 1
        if i == n // 2: globals()['late_global'] = 5
    return t
print(missing(2000)); del late_global
def defaults(n):
    def f(x=1): return x
    t = 0
    for i in range(n):
        if i == n // 2: f.__defaults__ = (10,)
        t += f()
    return t
print(defaults(2000))
def code(n):
    def f(): return 1
    def g(): return 5
    t = 0
    for i in range(n):
        if i == n // 2: f.__code__ = g.__code__
        t += f()
    return t
print(code(2000))
count = 0
def bump_global(n):
    global count
    for _ in range(n): count += 1
    return count
print(bump_global(3000), bump_global(1000), count)
ns = {'v': 1}; exec('def f(n):\n t = 0\n for i in range(n):\n  t += v\n  if i == 1000: g()\n return t', ns); ns['g'] = lambda: ns.__setitem__('v', 50); print(ns['f'](2000))
def delete(n):
    global gone
    gone = 1; t = 0
    for i in range(n):
        if i == n - 3: del gone
        try: t += gone
        except NameError as e: t += 1000
    return t
print(delete(2000))
