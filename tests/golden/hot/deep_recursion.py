# Recursion as the hot loop: depth, tail shapes, tuples returned, exceptions through many frames, generators recursing.
import sys
sys.setrecursionlimit(20000)
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(15000), [depth(n) for n in (0, 1, 500)])
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(20), [fib(i) for i in range(15)])
def tak(x, y, z): return z if y >= x else tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
print(tak(12, 8, 4))
def collatz(n, steps=0): return steps if n == 1 else collatz(n // 2 if n % 2 == 0 else 3 * n + 1, steps + 1)
print(max((collatz(i), i) for i in range(1, 500)))
def boom(n):
    if n == 0: raise ValueError('bottom')
    try: return boom(n - 1)
    finally: counts[0] += 1
counts = [0]
for d in (1, 10, 1000):
    try: boom(d)
    except ValueError as e: print(e, counts)
def length(tb): return 0 if tb is None else 1 + length(tb.tb_next)
try: boom(3000)
except ValueError as e: print(length(e.__traceback__), counts)
def pair(n): return (0, 1) if n == 0 else (lambda a, b: (b, a + b))(*pair(n - 1))
print(pair(90))
def gen(n):
    if n: yield from gen(n - 1)
    yield n
print(sum(gen(400)))
def over(n): return over(n + 1) + 1
for _ in range(5):
    try: over(0)
    except RecursionError: pass
print('recovered', depth(10000))
def kw(n, *, acc=()): return acc if n == 0 else kw(n - 1, acc=acc + (n,))
print(len(kw(300)), kw(3))
def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 0 and even(n - 1)
print(even(5000), odd(5000), [even(i) for i in range(4)])
