# §6.5-6.7 Complex numbers: arithmetic, repr, parsing, comparison, signed zeros, mixed operations.
print(1j, 2 + 3j, -1j, 0j, -0j, 1 - 0j, complex(0, -0.0), complex(-0.0, 0), 1e100j, complex('inf'), complex('nanj'), complex(1, float('inf')), 1.5 + 2.25j, (1 + 2j).real, (1 + 2j).imag)
a, b = 3 + 4j, 1 - 2j
print(a + b, a - b, a * b, a / b, a ** 2, a ** 0.5, a ** b, a ** 0, a ** -1, abs(a), -a, +a, a.conjugate(), bool(0j), bool(1e-300j))
print(a + 1, 1 + a, 2 * a, a / 2, 1 / a, 1.5 - a, a == 3 + 4j, 1 + 0j == 1, 1 + 0j == True, a != b, hash(1 + 0j) == hash(1), {1: 'x'}[1 + 0j])
print(complex('1+2j'), complex(' 3j '), complex('(1-2j)'), complex('-j'), complex('1e3+1e-3j'), complex('1_0+2J'), complex(), complex(5), complex(1, 2), complex(1j, 2j), complex(real=1, imag=2), complex('5'), complex('infj'), complex('-nan-infj'))
print(repr(complex(float('nan'), 1)), complex(1, float('-inf')), str(1j), f'{1+2j}', f'{1+2j:.2f}', f'{1.5+2j:>12}|', f'{3+4j:e}', f'{1j:+}', '{:g}'.format(1e10 + 1j), f'{1234567+0j:,}')
print((1 + 2j) * complex(float('inf'), 0), 0j ** 0, 0j ** 2, (1j) ** 2, (1j) ** 3, (-1) ** 0.5, (2 + 0j) ** 3, 1j * 1j, 1j / 1j, pow(1j, 5), sum([1j, 2, 3.5]), round(abs(1 + 1j), 6))
print(type(1j + 1), type((1 + 0j).real), isinstance(1j, complex), (1j).__class__, complex.from_number(3), complex(True), complex(2**60))
print(-(0j), -(1 + 0j), 0j - 0, complex(0.0, -0.0) == 0, 1 - 1j - 1, complex(-0.0, -0.0), -0.0 + 0j, (0.0 - 0j), 5j - 5j, -1j * 0)
class C:
    def __complex__(self): return 4 + 5j
class F:
    def __float__(self): return 2.5
class I:
    def __index__(self): return 7
print(complex(C()), complex(F()), complex(I()), complex(F(), I()))
for f in (lambda: 1j < 2, lambda: 1j // 1, lambda: 1j % 1, lambda: divmod(1j, 1), lambda: int(1j), lambda: float(1j), lambda: 1j / 0, lambda: 0j ** -1, lambda: 0j ** 1j, lambda: complex('1 + 2j'), lambda: complex(''), lambda: complex('1+2'), lambda: complex('1', 2), lambda: complex(1, '2'), lambda: complex([]), lambda: pow(1j, 2, 3), lambda: round(1j), lambda: f'{1j:d}', lambda: f'{1j:05}', lambda: f'{1j:=10}', lambda: 1j & 1, lambda: ~1j, lambda: max(1j, 2j), lambda: (1 + 1j) ** 5000, lambda: setattr(1j, 'real', 1), lambda: complex(1, 2, 3), lambda: '%d' % 1j, lambda: '%f' % 1j, lambda: range(1j), lambda: [1][1j], lambda: complex('x')):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
z = 0j
for k in range(20): z = z * z + (-0.4 + 0.6j)
print(z, abs(z) < 2)
print([complex(x, y) for x in (0, 1) for y in (-1, 2)], (1 + 2j).__getnewargs__(), 3j.__repr__(), (2j).__pow__(2), (2j).__rsub__(1), (2j).__add__('a'))
