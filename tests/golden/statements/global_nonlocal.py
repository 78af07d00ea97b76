# §7.12-7.13 global and nonlocal: rebinding in nested functions, classes, comprehensions, augmented and del.
n = 0
def a():
    global n
    n += 1
    def b():
        n = 'local'
        def c():
            global n
            n += 10
            return n
        return c(), n
    return b(), n
print(a(), n)
def d():
    x = [1]
    def e():
        nonlocal x
        x += [2]; x = x + [3]
        def f():
            nonlocal x
            del x
        f()
        try: x
        except NameError as err: return str(err)
    r = e()
    try: x
    except UnboundLocalError as err: return r, str(err)
print(d())
def g():
    global made_in_g, also
    made_in_g = also = 'g'
    for also in range(3): pass
    with open(__file__) as made_in_g: pass
    try: 1 / 0
    except ZeroDivisionError as also: kept = also
    return 'also' in globals(), type(made_in_g).__name__
print(g(), 'also' in globals())
def h():
    global fn, Cls, math
    def fn(): return 'global fn'
    class Cls: pass
    import math
h(); print(fn(), Cls.__qualname__, fn.__qualname__, math.__name__)
def i():
    v = 0
    def j():
        nonlocal v
        v = [v := v + 1 for _ in range(3)]
        return v
    return j(), v
print(i())
def k():
    t = 1
    class L:
        nonlocal t
        t = 2
        t += 1
        def m(self): return t
    return t, L().m(), 't' in vars(L)
print(k())
def counter():
    c = 0
    def inc():
        nonlocal c
        c += 1
        return c
    return inc, lambda: c, lambda v: (globals().__setitem__('gv', v), c)[1]
inc, get, put = counter(); inc(); inc(); print(get(), put(5), gv)
def o():
    global n
    n = 'o'
    def p():
        nonlocal_test = n
        return nonlocal_test
    return p()
print(o(), n)
def dele():
    global n
    del n
dele()
try: n
except NameError as e: print(e)
def deep():
    z = 0
    def l1():
        def l2():
            def l3():
                nonlocal z
                z += 1
                return z
            return l3
        return l2
    f = l1()(); f(); return f(), z
print(deep())
