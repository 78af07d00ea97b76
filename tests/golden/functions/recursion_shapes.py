# §6.3.4 Recursive functions of many shapes: mutual, nested, through containers, generators and closures.
def hanoi(n, a='A', b='B', c='C'): return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)
print(len(hanoi(8)), hanoi(3))
def perms(l): return [[]] if not l else [[x] + p for i, x in enumerate(l) for p in perms(l[:i] + l[i + 1:])]
print(len(perms([1, 2, 3, 4])), perms([1, 2, 3])[3])
def subsets(l): return [[]] if not l else (lambda r: r + [[l[0]] + s for s in r])(subsets(l[1:]))
print(subsets([1, 2, 3]))
def ack(m, n): return n + 1 if not m else ack(m - 1, ack(m, n - 1) if n else 1)
print(ack(2, 3))
def flatten(x): return [z for y in x for z in (flatten(y) if isinstance(y, list) else [y])]
print(flatten([1, [2, [3, [4, []]]], 5]))
def gcd(a, b): return a if not b else gcd(b, a % b)
def power(b, e): return 1 if e == 0 else power(b * b, e // 2) * (b if e % 2 else 1)
def binary(n): return '' if n == 0 else binary(n // 2) + str(n % 2)
print(gcd(1071, 462), power(3, 100), binary(37))
memo = {}
def lcs(a, b):
    if (a, b) not in memo: memo[a, b] = '' if not a or not b else lcs(a[:-1], b[:-1]) + a[-1] if a[-1] == b[-1] else max(lcs(a[:-1], b), lcs(a, b[:-1]), key=len)
    return memo[a, b]
print(lcs('ABCBDAB', 'BDCABA'), len(memo))
def change(n, coins): return 1 if n == 0 else 0 if n < 0 or not coins else change(n - coins[0], coins) + change(n, coins[1:])
print(change(50, [25, 10, 5, 1]))
def qsort(l): return l if len(l) < 2 else qsort([x for x in l[1:] if x < l[0]]) + [l[0]] + qsort([x for x in l[1:] if x >= l[0]])
print(qsort([5, 3, 8, 1, 9, 2, 7]))
Y = lambda f: (lambda x: f(lambda v: x(x)(v)))(lambda x: f(lambda v: x(x)(v)))
print(Y(lambda self: lambda n: 1 if n < 2 else n * self(n - 1))(15))
def queens(n, row=0, cols=()):
    if row == n: return 1
    return sum(queens(n, row + 1, cols + (c,)) for c in range(n) if all(c != k and abs(c - k) != row - i for i, k in enumerate(cols)))
print([queens(n) for n in range(1, 7)])
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(900))
class Tree:
    def __init__(self, v, *k): self.v, self.k = v, k
    def __iter__(self):
        yield self.v
        for c in self.k: yield from c
    def __len__(self): return 1 + sum(map(len, self.k))
    def __repr__(self): return f'{self.v}({", ".join(map(repr, self.k))})' if self.k else str(self.v)
    def __eq__(self, o): return self.v == o.v and self.k == o.k
t = Tree(1, Tree(2, Tree(3)), Tree(4)); print(list(t), len(t), t, t == Tree(1, Tree(2, Tree(3)), Tree(4)))
