# §6.8 Shifting and §6.9 bitwise operations over signs and widths.
def f(a, b): return a & b, a | b, a ^ b, ~a
for a in (0, 1, -1, 5, -6, 2**31, -2**31, 2**64 + 3, -2**65 + 1):
    print(a, [f(a, b) for b in (0, -1, 12, -13, 2**40, -2**70)], [a << n for n in (0, 1, 33, 64)], [a >> n for n in (0, 1, 33, 64, 200)])
def popcount(n): return bin(n & (2**64 - 1)).count('1')
print([popcount(n) for n in (0, 1, 255, -1, 2**63)], [(n & -n).bit_length() - 1 for n in (8, 12, 2**70)], [n.bit_count() for n in (255, -255, 2**100 - 1)])
def rev(n, w):
    r = 0
    for i in range(w): r = r << 1 | n >> i & 1
    return r
print(rev(1, 64), rev(0b1011, 8), rev(2**63, 64))
x = 88172645463325252
def xorshift():
    global x
    x ^= x << 13 & 2**64 - 1; x ^= x >> 7; x ^= x << 17 & 2**64 - 1
    return x
print([xorshift() for _ in range(3)], sum(xorshift() for _ in range(2000)) % 10**12)
h = 14695981039346656037
for b in b'hash me' * 50: h = (h ^ b) * 1099511628211 % 2**64
print(h, hex(h), h >> 60, h & 0xF)
print(True << 2, True & 3, True | False, True ^ True, type(True ^ False), 1 | True, ~0 == -1, -1 >> 1, 5 & 1 == 1, 1 << 3 + 1, 2 + 3 & 4, 6 ^ 3 | 8)
for g in (lambda: 1 << -1, lambda: 1 >> -1, lambda: 1.0 & 1, lambda: 1 << 'a', lambda: 'a' | 1, lambda: None ^ 1, lambda: ~1.5, lambda: 1 >> 2.0):
    try: print(g())
    except Exception as e: print(type(e).__name__, e)
