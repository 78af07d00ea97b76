# §6.5-6.8 Integers: division, modulo, shifts, powers, bit operations over sign combinations and sizes.
vals = [0, 1, -1, 7, -7, 2**31, -2**31, 2**62, -2**62, 2**63 - 1, -2**63, 2**64, 10**20, -10**20]
for a in vals:
    row = []
    for b in (1, -1, 3, -3, 2**32, -2**63, 10**19):
        q, r = divmod(a, b)
        assert q == a // b and r == a % b and q * b + r == a and (r == 0 or (r > 0) == (b > 0))
        row.append((q, r))
    print(a, row)
for a in (5, -5, 2**70, -2**70):
    print(a, a << 3, a >> 3, a >> 100, a << 0, a & 0xFF, a | 0xF0, a ^ 0xFFFF, ~a, a & -a, -a, +a, abs(a))
print(2**0, 2**10, (-2)**3, 2**100, (-3)**5, 0**0, 7**-1, (-2)**-2, 10**25, 2**-1074)
print(pow(3, 200, 1000007), pow(-3, 5, 7), pow(3, -1, 7), pow(2, 10, -7), pow(10**30, 10**3, 10**9 + 7), pow(5, 0, 1))
print(1 << 64, 1 << 200 >> 199, -1 >> 1000, -1 << 5, 0 << 10**6, 1 >> 10**20, 123456789 ** 5)
print(True + True, True * 5, -True, ~True if False else ~1, True << 3, True & False, True | 2, type(True & True), type(True + 0))
print(7 / 2, 1 / 3, -7 / 2, 10**30 / 10**29, 2**1023 / 2**1022, (2**53 + 1) / 1, 10**400 / 10**399, 1 / 10**400)
print((10).bit_length(), (0).bit_length(), (-255).bit_length(), (255).bit_count(), (-7).bit_count(), (5).as_integer_ratio(), (7).conjugate(), (3).numerator, (3).denominator, (2.0).is_integer(), (4).is_integer())
print((1000).to_bytes(2, 'big'), (1000).to_bytes(4, 'little'), (-2).to_bytes(2, 'big', signed=True), (255).to_bytes(), int.from_bytes(b'\x03\xe8'), int.from_bytes(b'\xff\xfe', 'little', signed=True), int.from_bytes([1, 2], 'big'), int.from_bytes(b''))
print(round(1234, -2), round(1250, -2), round(1350, -2), round(-1250, -2), round(5, 3), round(15, -1), round(25, -1), round(10**30 + 5, -1))
print(int('0b101', 0), int('0o17', 0), int('0xff', 0), int('ff', 16), int('z', 36), int(' 12 '), int('-0'), int('1_000'), int('٣٤'), int(b'12'), int(bytearray(b'7')), int(3.99), int(-3.99), int(1e20), int('1' * 30))
import math
print(math.gcd(12, 18), math.gcd(), math.gcd(2**70, 2**65), math.lcm(4, 6), math.isqrt(10**40), math.factorial(25), math.comb(50, 25), math.perm(5, 2), math.comb(3, 5))
print(hash(2**61), hash(-2**61 - 5), hash(10**50), hash(-1) == hash(-2), 5 == 5.0, 2**53 == 2.0**53, 10**16 + 1 == 1e16 + 1, 3 in {3.0})
x = 10**50; x += 1; x *= x; print(x, len(str(x)), x % 97, x // 10**90, x >> 300)
print(sum(range(10**6)), sum(i * i for i in range(1000)), sum([2**62, 2**62, 2**62]), max(2**70, 2.0**71), min(-10**30, -1e29))
print(1000 is 1000, (lambda: 256)() is (lambda: 256)(), int('5') is 5, -5 is -5)
