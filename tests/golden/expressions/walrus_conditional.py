# §6.12-6.14 Assignment expressions, conditional expressions, lambdas.
if (n := len('hello')) > 3: print('long', n)
while (n := n - 1) > 2: print('loop', n)
print((a := 1), (b := a + 1), a, b)
print([(k, v) for k in range(5) if (v := k * k) > 3], v)
print({(q := 3): (r := q + 1)}, q, r, (t := 1, 2), t)
def f(x, y=(dflt := 10)): return x + y
print(f(1), dflt, f(x=(w := 2), y=w))
print(any((witness := i) > 3 for i in range(10)), witness)
x = 1 if a else 2
print(x, 'yes' if not a else 'no' if b else 'maybe', (1 if 0 else 2) + 1, 1 if 0 else 2 + 1)
l0 = lambda: None
l1 = lambda x, /, y=2, *args, z, w=4, **kw: (x, y, args, z, w, kw)
print(l0(), l1(1, z=3), l1(1, 2, 3, z=0, k=9), (lambda *, k: k)(k=1), (lambda x: lambda y: x + y)(1)(2))
print(l0.__name__, l1.__qualname__, l1.__defaults__, l1.__kwdefaults__, (lambda: (yield))().__class__.__name__)
fact = lambda n: 1 if n < 2 else n * fact(n - 1)
print(fact(20), (lambda f: f(f, 10))(lambda self, n: n and n + self(self, n - 1)))
print(sorted('banana', key=lambda c: (-'banana'.count(c), c)), list(map(lambda x, y: x * y, [1, 2], [3, 4])))
fs = {op: (lambda a, b, op=op: eval(f'{a}{op}{b}')) for op in '+-*'}
print({k: g(6, 3) for k, g in fs.items()})
def scope():
    (inner := 5)
    def nested():
        nonlocal inner
        return (inner := inner + 1)
    return nested(), inner, (lambda: (loc := inner * 2))()
print(scope(), 'loc' in globals(), 'inner' in globals())
def glob():
    global made
    return (made := 'global walrus')
print(glob(), made)
print(f'{(y := 7):>3}|{y}', (z := y) is y, not (u := 0), u)
assert (ok := True)
del (ok)
print('ok' in globals())
for bad in ('x := 1', '(x.y := 1)', '(x[0] := 1)', '((a, b) := 1)', 'f(a := 1, b=c := 2)', 'lambda: x := 1', '(x := 1) = 2', '(x += 1)', 'def f(a := 1): pass'):
    try: compile(bad, 'w', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(bad, '->', e.msg)
