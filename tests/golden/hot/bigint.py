# Hot loops over big integers: digits, modular powers, division, conversions.
def digits(n):
    q, r, t, k, m, x = 1, 0, 1, 1, 3, 3
    out = []
    while len(out) < n:
        if 4 * q + r - t < m * t:
            out.append(m)
            q, r, m = 10 * q, 10 * (r - m * t), (10 * (3 * q + r)) // t - 10 * m
        else:
            q, r, t, k, m, x = q * k, (2 * q + r) * x, t * x, k + 1, (q * (7 * k + 2) + r * x) // (t * x), x + 2
    return ''.join(map(str, out))
print(digits(120))
def fib(n):
    a, b = 0, 1
    for _ in range(n): a, b = b, a + b
    return a
print(fib(1000), len(str(fib(5000))), fib(2000) % 10**20)
def isprime(n):
    if n < 2: return False
    d, s = n - 1, 0
    while d % 2 == 0: d //= 2; s += 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % a == 0: return n == a
        x = pow(a, d, n)
        if x in (1, n - 1): continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1: break
        else: return False
    return True
print([p for p in range(2**61 - 10, 2**61 + 10) if isprime(p)], isprime(2**127 - 1), isprime(2**128 + 1), sum(isprime(i) for i in range(2000)))
def sqrt(n):
    x = 1 << (n.bit_length() + 1) // 2
    while (y := (x + n // x) // 2) < x: x = y
    return x
print(sqrt(2 * 10**100), sqrt(10**60) == 10**30)
x = 1
for i in range(1, 400): x = x * i + (x >> 3) - (x & 0xFF); x = x if x.bit_length() < 2000 else x >> 1000
print(x % 10**15, x.bit_length(), hex(x)[:12], str(x)[-10:], int(str(x)) == x, int(hex(x), 16) == x)
def gcd(a, b):
    while b: a, b = b, a % b
    return a
print(gcd(fib(300), fib(180)) == fib(60), divmod(-10**40, 10**19 + 1), (-10**40) >> 65, 7**200 // 3**200, sum(10**i for i in range(50)))
