# The order of shared side effects inside hot expressions: calls, stores, reads and raises interleave as written.
log = []
def note(x):
    log.append(x)
    return x
class S:
    def __init__(self): self.v = 0
    def bump(self, k): self.v += k; return self.v
s = S()
def exprs(n):
    t = 0
    for i in range(n):
        t += s.v * 2 + s.bump(1) - s.v + s.bump(-1) * s.v
        t ^= [s.bump(1), s.v, s.bump(1)][i % 3] - s.v
    return t, s.v
print(exprs(3000))
def stores(n):
    l = [0] * 4; k = 0
    for i in range(n):
        k, l[k % 4], k2 = (k + 1) % 7, k, l[k % 4]
        l[note(i % 4)] = note(l[note((i + 1) % 4)]) + k2 % 3
    return l, k
print(stores(1000), len(log), sum(log) % 1009); log.clear()
def aug(n):
    d = {'a': 0}
    def key():
        d['a'] += 100
        return 'a'
    for i in range(n): d[key()] += 1
    return d
print(aug(2000))
def args(a, b, c=None, *r, k=0): return (a, b, c, r, k)
def calls(n):
    x = 0
    for i in range(n):
        x += 1; r = args(x, x := x + 1, x + 1, (x := x * 2 % 1000), x, k=x)
    return r, x
print(calls(2000))
def shortc(n):
    c = 0
    def t():
        nonlocal c; c += 1; return True
    def f():
        nonlocal c; c += 10; return False
    for i in range(n): (t() and f() or t()) and (f() if i % 2 else t()); not t() or f()
    return c
print(shortc(2000))
def raises(n):
    out = []
    for i in range(n):
        try: out.append([note('a'), 1 // (i % 500), note('b')][1])
        except ZeroDivisionError: out.append(('mark', len(log)))
    return [o for o in out if isinstance(o, tuple)]
print(raises(1500)); log.clear()
def compare(n):
    h = 0
    for i in range(n): h += note(1) < note(i % 3) < note(2)
    return h, len(log)
print(compare(1500)); log.clear()
class D:
    def __get__(self, o, t): log.append('get'); return len(log)
    def __set__(self, o, v): log.append('set')
class H: d = D()
h = H()
def desc(n):
    for i in range(n): h.d = h.d + h.d; h.d += 1
    return len(log), log[:7]
print(desc(500)); log.clear()
def unpack(n):
    a, b, c = 1, 2, 3
    for i in range(n): a, b, c = c, a, b; a, (b, c) = b, (c, a); [a, b] = b, a
    return a, b, c
print(unpack(1001), unpack(1000))
class X:
    n = 0
    def __del__(self): X.n += 1; log.append(X.n)
def dels(n):
    t = 0
    for i in range(n): x = X(); t += len(log); X(); t += len(log) * 2; del x; t += len(log) * 3
    return t, X.n
print(dels(500))
def finals(n):
    r = []
    for i in range(n):
        try:
            try: r.append(i) or (i % 100 or 1 / 0)
            finally: r.append(-i)
        except ZeroDivisionError: r.append('z')
    return len(r), r[:6], r[-3:]
print(finals(1000))
