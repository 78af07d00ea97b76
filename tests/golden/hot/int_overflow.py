# Integers that grow past a machine word in the middle of a hot loop, and come back.
def grow(n):
    x, steps = 1, []
    for i in range(n):
        x = x * 3 + i
        if i % 500 == 0: steps.append(x % 1000003)
        if x > 10**60: x //= 10**50
    return x % 10**12, steps
print(grow(3000))
def edges(start, delta, n):
    x = start
    for _ in range(n): x += delta
    return x
for s, d in ((2**62 - 1500, 1), (2**61 - 1500, 1), (-2**62 + 1500, -1), (2**63 - 1500, 1), (-2**63 + 1500, -1), (2**30 - 1500, 1)):
    print(edges(s, d, 3000), edges(edges(s, d, 3000), -d, 3000) == s)
def fact(n):
    r = 1
    for i in range(2, n + 1): r *= i
    return r
for _ in range(300): v = fact(30)
print(v)
def shifts(n):
    t = 0
    for i in range(n): t ^= (1 << (i % 100)) >> (i % 37); t &= 2**80 - 1
    return t
print(shifts(5000))
def neg(n):
    x = -2**62
    for i in range(n): x = -x - (i & 1)
    return x, abs(x), ~x
print(neg(3001))
def mixed(n):
    a, b = 1, 1
    for _ in range(n): a, b = b, a + b
    return a
print(mixed(90), mixed(91), mixed(92), mixed(93), mixed(300) % 10**18)
def divs(n):
    acc = 0
    for i in range(1, n): acc += (2**63 // i) % 7 - (-2**63 // i) % 5 + (i - n) // 3 + (i - n) % 3
    return acc
print(divs(4000))
def squares(n):
    s = 0
    for i in range(n): s += (i * 10**6) * (i * 10**6)
    return s
print(squares(3000), sum(i * i * 10**12 for i in range(3000)))
