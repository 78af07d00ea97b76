# §4.1/§3.1 Number identity, small integers, constants, `is` where the language is clear, and big-int growth.
a = 5; b = 5; print(a is b, a == b, id(a) == id(b))
x = 256; y = x; print(x is y, x + 0 == y)
nan = float('nan'); print(nan is nan, nan == nan, [nan].index(nan), [nan].count(nan), nan in {nan}, {nan: 'v'}[nan], [nan] == [nan], (nan, 1) == (nan, 1), {nan} == {nan}, nan != nan)
n2 = nan; l = [nan, n2, 1.0]; print(l.count(nan), len({nan, n2}), len({nan: 1, n2: 2}))
print(True is (1 == 1), None is None, (1 < 2) is True, not () is True, bool(5) is True, (True and 1) is True)
def const(): return 1000000, 1.5, 'text', (1, 2)
r1, r2 = const(), const(); print([p is q for p, q in zip(r1, r2)])
big = 2**100; same = big; other = 2**99 * 2; print(big is same, big == other, hash(big) == hash(other), {big: 1}[other])
i = 2**62 - 2
for _ in range(5): i += 1; print(i, i - 1, i * 2, -i, i >> 1, i & 0xF, hash(i) == i % (2**61 - 1), float(i))
i = -2**62 + 2
for _ in range(5): i -= 1; print(i, i * i, i // 7, i % 7, abs(i), ~i, str(i)[:5])
j = 2**63 - 1; print(j + 1, j * j, (j + 1) // 2, j - 2**63, (j + 1) - (j + 1), -j - 2, j << 1, (j << 1) >> 1 == j)
print(2**64 - 2**64, type(2**64 - 2**64 + 1), 2**64 // 2**60, (2**64 - 1) % 10, 2**64 - 2**64 is 0 if False else 'ok', [10, 20][2**64 - 2**64], 'ab' * (2**70 - 2**70 + 2))
d = {}; d[1] = 'int'; d[1.0] = 'float'; d[True] = 'bool'; d[1 + 0j] = 'complex'; print(d, len(d), list(d)[0].__class__.__name__)
s = {0, 0.0, False, -0.0, 0j}; print(len(s), s)
print({2**70: 1}.get(2.0**70), {0.5}.__contains__(1 / 2), 10**16 in {1e16}, 2**53 + 1 in {2.0**53})
t = (1, 2.0, 3); u = (1.0, 2, 3 + 0j); print(t == u, hash(t) == hash(u), {t: 'found'}[u])
class MyInt(int): pass
m = MyInt(5); print(m is 5, m == 5, type(m + 0) is int, type(+m) is int, type(m.__pos__()) is int, {5: 'x'}[m], isinstance(m, int), MyInt(2**70) == 2**70, type(int(m)) is int, m.real is m)
class MyFloat(float):
    def __eq__(self, o): return 'custom'
    __hash__ = float.__hash__
f = MyFloat(1.5); print(f == 1.5, 1.5 == f, type(f * 2), f in [1.5], {1.5: 1}.get(f))
acc = 1
for k in range(1, 40): acc *= k
print(acc, acc // (acc - 1), acc % (10**9 + 7), acc.bit_length()); 
while acc > 10: acc //= 7
print(acc)
print([1, True, 1.0].count(1), (0, False).index(False), sorted([True, 0.5, 2, False, -1]), max(True, 1), max(1, True), min(1.0, 1), sum([True, True, 0.5]))
import sys
print(sys.maxsize, sys.maxsize + 1, -sys.maxsize - 1, sys.int_info.bits_per_digit > 0, sys.float_info.max, sys.float_info.epsilon, sys.float_info.dig, sys.hash_info.modulus, sys.hash_info.inf)
try: int('9' * 5000)
except ValueError as e: print(e)
try: str(10**5000)
except ValueError as e: print(e)
print(len(hex(10**5000)), 10**4299 % 7, sys.get_int_max_str_digits())
sys.set_int_max_str_digits(0); print(len(str(10**5000)), str(3**2000)[:20], int('7' * 5000) % 1000003); sys.set_int_max_str_digits(4300)
