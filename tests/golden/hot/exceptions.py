# Exceptions raised and caught in hot loops: state at the handler, finally, deep raises, tracebacks stay right.
def div(n):
    ok = bad = 0
    for i in range(n):
        try:
            x = 100 // (i % 5)
            ok += x
        except ZeroDivisionError: bad += 1
        else: ok += 1
        finally: bad += 10
    return ok, bad
print(div(3000))
def state(n):
    log = []
    a = b = 0
    for i in range(n):
        try:
            a = i
            if i % 1000 == 999: raise ValueError(i)
            b = a * 2
        except ValueError as e: log.append((e.args[0], a, b))
    return log
print(state(4000))
def deep(n, d):
    if d: return deep(n, d - 1) + 1
    if n % 97 == 0: raise KeyError(n)
    return n
def outer(n):
    s = 0
    for i in range(n):
        try: s += deep(i, 5)
        except KeyError as e: s -= e.args[0]
    return s
print(outer(3000))
def lines(i):
    if i == 2500:
        raise RuntimeError('late')
    return i
def run():
    for i in range(3000):
        lines(i)
try: run()
except RuntimeError as e:
    tb = e.__traceback__
    while tb: print(tb.tb_frame.f_code.co_name, tb.tb_lineno, sorted((k, v) for k, v in tb.tb_frame.f_locals.items() if k == 'i')); tb = tb.tb_next
def idx(l, n):
    misses = 0
    for i in range(n):
        try: l[i]
        except IndexError: misses += 1
    return misses
print(idx([0] * 100, 3000))
def early(n):
    for i in range(n):
        try:
            if i == 2000: return 'returned', i
        finally:
            if i == 2000: print('finally', i)
print(early(5000))
def nested(n):
    c = [0, 0, 0]
    for i in range(n):
        try:
            try:
                if i % 3 == 0: raise ValueError
                if i % 3 == 1: raise TypeError
            except ValueError: c[0] += 1; raise KeyError from None
            finally: c[2] += 1
        except (KeyError, TypeError): c[1] += 1
    return c
print(nested(3000))
def stop(n):
    it = iter(range(n)); t = 0
    while True:
        try: t += next(it)
        except StopIteration: return t
print(stop(3000))
def attr(n):
    class O: pass
    o = O(); hits = 0
    for i in range(n):
        try: o.x; hits += 1
        except AttributeError: pass
        if i == n // 2: o.x = 1
    return hits
print(attr(3000))
def ctx(n):
    last = None
    for i in range(n):
        try:
            try: {}[i]
            except KeyError: 1 / 0
        except ZeroDivisionError as e: last = e.__context__.args
    return last
print(ctx(2000))
def unbound(n):
    for i in range(n):
        try:
            if i < n - 1: x = i
            else: del x
            x
        except UnboundLocalError as e: return str(e)
print(unbound(2000))
