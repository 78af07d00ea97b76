# Hot loops through closures and cells: counters, accumulators, loop variables captured, cells rebound and deleted.
def counter():
    n = 0
    def inc(k=1):
        nonlocal n
        n += k
        return n
    return inc
a, b = counter(), counter()
for i in range(3000): a(); b(i)
print(a(0), b(0))
def adders(n):
    fs = [lambda x, k=k: x + k for k in range(n)]
    t = 0
    for f in fs * 50: t = f(t) % 1000003
    return t
print(adders(30))
def late(n):
    fs = []
    for i in range(n): fs.append(lambda: i)
    return sum(f() for f in fs), i
print(late(1000))
def typed(n):
    v = 0
    def get(): return v
    t = []
    for i in range(n):
        if i == n // 3: v = 0.5
        if i == n // 2: v = 'text'
        if i == n - 1: v = 2**70
        r = get()
        if i % (n // 6) == 0 or i == n - 1: t.append(r)
    return t
print(typed(3000))
def deleted(n):
    v = 1
    def get(): return v
    errors = 0
    for i in range(n):
        if i % 100 == 50: del v
        try: get()
        except NameError: errors += 1; v = i
    return errors, v
print(deleted(2000))
def nest(n):
    total = 0
    def outer(i):
        def mid(j):
            def inner(k):
                nonlocal total
                total += i * j + k
            inner(i); inner(j)
        mid(i + 1)
    for i in range(n): outer(i)
    return total
print(nest(1000))
def compose(fs):
    def run(x):
        for f in fs: x = f(x)
        return x
    return run
f = compose([lambda x: x + 1, lambda x: x * 3, lambda x: x % 1009]); x = 7
for _ in range(2000): x = f(x)
print(x)
def gen_cell(n):
    x = 0
    def g():
        nonlocal x
        while True: x += 1; yield x
    it = g()
    for _ in range(n): next(it); x *= 2; x %= 10007
    return x
print(gen_cell(2000))
