# Nested loops with else, break, continue, early return and changing bounds, run hot.
def primes(n):
    out = []
    for p in range(2, n):
        for d in range(2, p):
            if d * d > p: out.append(p); break
            if p % d == 0: break
        else: out.append(p)
    return out
ps = primes(500); print(len(ps), ps[-5:], sum(ps))
def grid(n):
    t = 0
    for i in range(n):
        for j in range(n):
            if j > i: break
            if (i + j) % 3 == 0: continue
            for k in range(3):
                if k == 2 and i % 2: break
                t += i * j + k
            else: t -= 1
        else: t += 1000
    return t
print(grid(60))
def whiles(n):
    i = c = 0
    while i < n:
        i += 1
        j = i
        while True:
            j = j // 2 if j % 2 == 0 else 3 * j + 1
            c += 1
            if j <= 1: break
            if c % 100000 == 99999: return 'limit', i
        else: c = -1
    else: return c, i
print(whiles(300))
def find(m, v):
    for i, row in enumerate(m):
        for j, x in enumerate(row):
            if x == v: return i, j
    return None
m = [[i * 50 + j for j in range(50)] for i in range(50)]; print(find(m, 2499), find(m, 1234), find(m, -1))
def triangle(n): return [sum(range(i)) for i in range(n) if all(i % d for d in (2, 3) if d < i)]
print(sum(triangle(300)))
def matmul(a, b):
    n = len(a); r = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            s = 0
            for k in range(n): s += a[i][k] * b[k][j]
            r[i][j] = s
    return r
a = [[(i * j) % 7 - 3 for j in range(20)] for i in range(20)]; r = matmul(a, a)
for _ in range(3): r = matmul(r, a)
print(r[3][4], sum(map(sum, r)))
def rebind(n):
    t = 0
    for i in range(n):
        for i in range(3): t += i
        t += i
    return t, i
print(rebind(1000))
def bubble(l):
    n, swaps = len(l), 0
    while True:
        moved = False
        for i in range(n - 1):
            if l[i] > l[i + 1]: l[i], l[i + 1] = l[i + 1], l[i]; moved = True; swaps += 1
        n -= 1
        if not moved: return swaps
l = [(i * 37) % 101 for i in range(101)]; print(bubble(l), l[:5], l[-3:])
def steps(n):
    t = 0
    for s in (1, 2, 7, -1, -3):
        for i in range(n if s < 0 else 0, 0 if s < 0 else n, s): t = (t * 31 + i) % 1000003
    return t
print(steps(1000))
def empty(n):
    c = 0
    for i in range(n):
        for _ in (): c += 100
        else: c += 1
        while False: c += 100
        else: c += 1
    return c
print(empty(1500))
def cond(n):
    a = b = c = 0
    for i in range(n):
        if i & 1 and i & 2 or not i & 4: a += 1
        b += 1 if 10 < i % 50 <= 30 else -1
        c ^= i if i % 3 == 0 else i << 1 if i % 3 == 1 else ~i
    return a, b, c
print(cond(3000))
