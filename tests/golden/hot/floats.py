# Hot float loops: NaN, infinities, signed zeros, integer to float mixing, comparisons and rounding.
import math
def acc(n):
    t = 0.0
    for i in range(n): t += i * 0.1 - t / 3
    return t
print(acc(3000))
def specials(n):
    vals = [0.0, -0.0, 1.5, float('inf'), float('-inf'), float('nan'), 5e-324, 1.7e308, 3, -2, True, 2**70]
    lt = eq = nans = zeros = 0
    for i in range(n):
        a, b = vals[i % len(vals)], vals[(i * 7 + 3) % len(vals)]
        lt += a < b; eq += a == b
        c = a - b
        if c != c: nans += 1
        if c == 0: zeros += math.copysign(1, c)
    return lt, eq, nans, zeros
print(specials(3000))
def overflow(n):
    x, infs = 1.0, 0
    for i in range(n):
        x *= 1e10
        if x == math.inf: infs += 1; x = 1.0
    return infs, x
print(overflow(3000))
def powers(n):
    errors = 0; t = 0.0
    for i in range(n):
        try: t += (i - n / 2) ** (i % 4 - 1.0)
        except ZeroDivisionError: errors += 1
    return errors, f'{t:.6e}'
print(powers(2000))
def divmods(n):
    t = 0.0
    for i in range(1, n):
        q, r = divmod(i * 1.5, -(i % 7 + 0.25)); t += q * 0.5 + r + (-i) // 2.5 + (-i) % 2.5
    return t
print(divmods(2000))
def ints(n):
    c = 0
    for i in range(n): c += int(i / 3) + round(i / 4) + int(-i / 3) + math.floor(-i / 7) + (i / 5).is_integer() + (i * 1.0 == i)
    return c
print(ints(3000))
def newton(x):
    r = x
    while True:
        n = (r + x / r) / 2
        if n == r or abs(n - r) < 1e-15 * n: return n
        r = n
print([newton(float(k)) for k in (2, 3, 10)], sum(newton(k + 1.0) for k in range(1000)))
def identity(n):
    nan = float('nan'); l = [nan, 1.0]; hits = 0
    for i in range(n): x = l[0]; hits += x in l; hits += x is nan; hits += x == nan; hits += (x,) == (nan,)
    return hits
print(identity(2000))
def zero(n):
    z = 0.0; signs = []
    for i in range(n):
        z = -z
        if i > n - 4: signs.append(str(z))
    return signs, str(z * 5), str(0 * -1.0), str(-0.0 + 0), str(0 - 0.0)
print(zero(2001))
def big(n):
    t = 0
    for i in range(n): t += float(2**60 + i) == 2**60 + i; t += 2**53 + i > float(2**53); t += i / 2**70 > 0
    return t
print(big(2000))
def simpson(f, a, b, n):
    h = (b - a) / n; s = f(a) + f(b)
    for i in range(1, n): s += f(a + i * h) * (4 if i % 2 else 2)
    return s * h / 3
print(f'{simpson(math.sin, 0, math.pi, 1000):.10f}', f'{simpson(lambda x: x ** 3, 0.0, 2.0, 500):.10f}')
def lists(n):
    l = [0.5] * 8
    for i in range(n): l[i % 8] = l[(i + 1) % 8] * 0.5 + i % 3
    return l
print(lists(2000), min(lists(500)), sum(lists(100)))
print(sum(0.1 for _ in range(1000)), max(i * -0.5 for i in range(1000)), sorted(math.sin(i) for i in range(2000))[1000])
