# §6.5-6.8 Floats: arithmetic, rounding, special values, conversions and comparisons.
import math
inf, nan = float('inf'), float('nan')
print(0.1 + 0.2, 1.1 * 3, 1e308 * 10, -1e308 * 10, inf - inf, inf * 0, 0.0 * -1, -0.0, 0.0 == -0.0, 5e-324 / 2)
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(-7.5, 2), divmod(7.5, -2.5), 5.0 % inf, -5.0 % inf, 1e300 % 7, 0.0 % -3, -0.0 % 3)
print(2.0 ** 0.5, 2 ** 0.5, 0.0 ** 0, (-8.0) ** 3, (-8) ** (1 / 3), 4 ** -0.5, inf ** 0, nan ** 0, 1 ** nan, (-1.0) ** inf, 2.0 ** -1074, 2 ** 1023 * 1.0)
print([round(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e16 + 0.5)], round(2.675, 2), round(1.005, 2), round(1234.5678, -2), round(-0.4), round(1e22, 2), round(5.015, 2), round(0.5, 0), round(1.5, None), round(12345.678, 400), round(12345.678, -400))
print(repr(1e22), repr(1e21), 1e16, 123456789012345678.0, 0.0001, 0.00001, 1.0, 100.0, 1e-7, 1.5e300, 3.0e-10, 12345.6789, 1 / 3, 2 / 3, 1e100, 4.35, 0.1 + 0.7, 9007199254740992.0, 1e23, 9.5e-5)
for x in (0.0, -0.0, 1.5, -2.25, 1e300, 5e-324, inf, -inf, nan, 2**53 + 0.0):
    print(x, x.is_integer(), x.hex(), bool(x), abs(x), -x, str(+x), math.isnan(x), math.isinf(x), math.copysign(1, x) if x == x else '')
print((0.5).as_integer_ratio(), (-1.25).as_integer_ratio(), (1e300).as_integer_ratio()[1], float.fromhex('0x1.8p3'), float.fromhex('-0x.1p-4'), float.fromhex('inf'), (3.7).__trunc__(), math.floor(-3.5), math.ceil(-3.5), math.trunc(-3.5), math.floor(1e20), int(-0.9))
print(float('1e5'), float(' -1.5 '), float('1_0.5'), float('.5'), float('5.'), float('Infinity'), float('-nan'), float('+inf'), float('1e-400'), float(True), float('٣.٥'), float(b'2.5'), float(10**20), float('0' * 400 + '1'))
print(1.0 == 1, 2**53 + 1 == 2.0**53, 1e16 == 10**16, 0.1 == 0.1000000000000000055, 10**400 > inf, 10**400 < inf, -10**400 < -inf, 1.5 > 1, 3 > 2.9, nan == nan, nan != nan, nan < 1, inf == inf, 2**1024 > 1.7e308, hash(0.1) == hash(0.1), hash(2.0) == hash(2), hash(inf), hash(-inf))
print(math.sqrt(2), math.exp(1), math.log(10), math.log(8, 2), math.log2(2**70), math.log10(1000), math.sin(0.5), math.cos(0.5), math.tan(0.5), math.atan2(1, -1), math.hypot(3, 4), math.pi, math.e, math.degrees(1), math.fmod(-7, 3), math.modf(-3.25), math.frexp(10.5), math.ldexp(0.75, 4))
print(math.fsum([0.1] * 10), sum([0.1] * 10), sum([1e100, 1.0, -1e100]), math.isclose(0.1 + 0.2, 0.3), math.nextafter(1, 2), math.ulp(1.0), math.remainder(7, 2), math.prod([1.5, 2]), math.dist((0, 0), (3, 4)), math.cbrt(27), math.log1p(1e-10), math.expm1(1e-10), math.gamma(5), math.erf(0.5))
for f in (lambda: 1.0 / 0, lambda: 1.0 // 0, lambda: 1.0 % 0, lambda: 0.0 ** -1, lambda: 10.0 ** 400, lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.exp(1000), lambda: int(nan), lambda: int(inf), lambda: nan.as_integer_ratio(), lambda: inf.as_integer_ratio(), lambda: round(nan), lambda: math.factorial(1.5), lambda: math.floor(inf), lambda: float(10**400), lambda: float('1.5.2'), lambda: float('0x10'), lambda: math.acos(2), lambda: math.fmod(1, 0), lambda: float.fromhex('0x1p5000'), lambda: 1.5 << 1, lambda: math.isqrt(-1), lambda: math.gcd(1.5)):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
print([nan] == [nan], nan in (nan,), (nan,) == (nan,), {nan: 1}.get(nan), {nan: 1}.get(float('nan')), len({nan, float('nan'), nan}), [float('nan')] == [float('nan')], min(nan, 1), min(1, nan), max([nan, 5]), sorted([2, nan, 1]))
