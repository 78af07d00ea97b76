# §6.2.9 Generators as objects with state: gi_ attributes, suspended values, interleaving, copying of locals.
def acc(start):
    total = start
    while True:
        got = yield total
        if got is None: return total
        total += got
a, b = acc(1), acc(100)
print(next(a), next(b), a.send(5), b.send(5), a.send(-2), a.gi_frame.f_locals, b.gi_frame.f_locals['total'])
for g in (a, b):
    try: g.send(None)
    except StopIteration as s: print(s.value, g.gi_frame, g.gi_running)
def interleave(*its):
    its = [iter(i) for i in its]
    while its:
        for i in its[:]:
            try: yield next(i)
            except StopIteration: its.remove(i)
print(list(interleave('abc', [1], range(4))))
def window(it, n):
    buf = []
    for x in it:
        buf.append(x); buf = buf[-n:]
        if len(buf) == n: yield tuple(buf)
print(list(window(range(5), 3)))
def primes():
    found = []
    n = 2
    while True:
        if all(n % p for p in found if p * p <= n): found.append(n); yield n
        n += 1
p = primes(); print([next(p) for _ in range(20)], p.gi_frame.f_lineno - primes.__code__.co_firstlineno, len(p.gi_frame.f_locals['found']))
def merge(a, b):
    a, b = iter(a), iter(b); x, y = next(a, None), next(b, None)
    while x is not None or y is not None:
        if y is None or (x is not None and x <= y): yield x; x = next(a, None)
        else: yield y; y = next(b, None)
print(list(merge([1, 4, 9], [2, 3, 10, 11])))
def permute(l):
    if not l: yield ()
    for i, x in enumerate(l):
        for r in permute(l[:i] + l[i + 1:]): yield (x, *r)
print(len(list(permute(list(range(5))))), next(permute('abc')))
def retry(n):
    for i in range(n):
        try: yield i
        except Exception as e: yield f'saw {e}'
r = retry(3); print(next(r), r.throw(ValueError('x')), next(r), next(r), next(r, 'end'))
gs = [acc(i) for i in range(5)]; [next(g) for g in gs]; print([g.send(i) for i, g in enumerate(gs)], sum(g.send(1) for g in gs))
