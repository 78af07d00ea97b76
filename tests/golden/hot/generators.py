# Generators in hot loops: many live at once, send, early close, nesting, exceptions thrown in.
def count(n):
    i = 0
    while i < n: yield i; i += 1
def total(n):
    t = 0
    for x in count(n): t += x
    return t
print(total(5000), sum(count(5000)), sum(x * 2 for x in count(5000) if x % 3))
def many(n):
    gens = [count(i % 7 + 1) for i in range(n)]
    t = 0
    while gens:
        live = []
        for g in gens:
            try: t += next(g) + 1; live.append(g)
            except StopIteration: t += 100
        gens = live
    return t
print(many(500))
def avg():
    t = n = 0; a = None
    while True:
        x = yield a
        t += x; n += 1; a = t / n
def sends(n):
    g = avg(); next(g); last = 0
    for i in range(n): last = g.send(i if i % 2 else float(i))
    return last
print(sends(3000))
closed = 0
def early():
    global closed
    try:
        for i in range(100): yield i
    finally: closed += 1
def breaks(n):
    t = 0
    for i in range(n):
        for x in early():
            if x == i % 5: t += x; break
    return t, closed
print(breaks(1000))
def chain(g, d): return (x + 1 for x in chain(g, d - 1)) if d else g
print(sum(chain(count(200), 20)), list(chain(count(3), 5)))
def tree(d):
    if d: yield from tree(d - 1); yield d; yield from tree(d - 1)
print(sum(tree(12)), len(list(tree(10))))
def catches():
    n = 0
    while True:
        try: yield n
        except ValueError: n += 1
        except KeyError as e: n += e.args[0]
def throws(n):
    g = catches(); next(g)
    for i in range(n): r = g.throw(ValueError if i % 2 else KeyError(i))
    return r
print(throws(1000))
def fails(n):
    for i in range(n):
        if i == n - 1: raise LookupError(i)
        yield i
def collect(n):
    got = 0
    try:
        for x in fails(n): got += x
    except LookupError as e: return got, e.args
print(collect(3000))
def pairs(n):
    a, b = count(n), count(n)
    return sum(x * y for x, y in zip(a, b)), [next(a, 'x'), next(b, 'y')]
print(pairs(2000))
def fib():
    a, b = 0, 1
    while True: yield a; a, b = b, a + b
def until(limit):
    for f in fib():
        if f > limit: return f
print(until(10**30), sum(until(10**k) % 97 for k in range(60)))
def types():
    for x in (1, 2.5, 'a', None, (1,), 2**70): yield x
print([type(x).__name__ for _ in range(200) for x in types()][-6:], sum(len(str(x)) for _ in range(300) for x in types()))
def local(n):
    x = 0
    def inner():
        nonlocal x
        for i in range(n): x += 1; yield x
    for v in inner(): x += v % 2
    return x
print(local(2000))
