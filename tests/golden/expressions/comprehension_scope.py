# §6.2.4 Comprehensions: their scope, class bodies, closures, walrus targets, nested loops.
x = 'outer'
print([x for x in range(3)], x)
class C:
    n = 3
    items = [i for i in range(n)]
    squares = {i: j for i in items for j in [i * i]}
    try:
        bad = [n for _ in range(2)]
    except NameError as e:
        bad = str(e)
    closure = [lambda: n]
print(C.items, C.squares, C.bad)
n = 'global n'
print(C.closure[0]())
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
print([y := 1, y + 1, (z := y + 1)], y, z)
print([last := v for v in range(4)], last)
def f():
    total = 0
    partial = [total := total + v for v in range(5)]
    return total, partial
print(f())
def g(a):
    return [[a * b + c for b in range(2)] for c in range(2)]
print(g(5))
def h():
    i = 'kept'
    r = [i for i in range(2)]
    return i, r, 'i' in locals()
print(h())
def names():
    a = 1
    return [sorted(locals()) for b in range(1)], sorted(locals())
print(names())
def deep():
    return [(a, b) for a in range(3) for b in range(a) if (a + b) % 2]
print(deep())
def early():
    for row in ([c for c in range(r)] for r in range(3)):
        yield row
print(list(early()))
def err():
    it = iter([1, 2])
    return [next(it) for _ in range(3)]
try:
    print(err())
except StopIteration as e:
    print('StopIteration leaves a list comprehension', repr(e.value))
def err2():
    it = iter([1, 2])
    return list(next(it) for _ in range(3))
try:
    print(err2())
except RuntimeError as e:
    print(e, '|', type(e.__cause__).__name__)
def g3(k):
    def inner():
        nonlocal k
        k += 1
        return [k for _ in '12'], k
    return inner(), k
print(g3(1))
for bad in ("[i := 0 for i in range(3)]", "[i for i in (j := range(3))]", "class A: [q := 1 for _ in '1']", "[(yield 1) for x in y]"):
    try:
        compile(bad, 'c', 'exec')
    except SyntaxError as e:
        print(e.msg)
