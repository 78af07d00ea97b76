# §2.4.5-2.4.7 Numeric literals: integers, floats, imaginary, underscores.
print(0, 00, 0_0, 1_000_000, 0b1010, 0B11, 0o17, 0O7_7, 0xdead_BEEF, 0X_ff)
print(7, 2147483647, 2147483648, 79228162514264337593543950336, 100_000_000_000)
print(3.14, 10., .001, 1e100, 3.14e-10, 0e0, 3.14_15_93, 1_0.0_1e+1_0, 077e010, 077.0)
print(3.14j, 10.j, 10j, .001j, 1e100j, 3.14e-10j, 3.14_15_93j, 0j, 00j)
print(1 .real, 1..real, 1.5.is_integer(), 0x1.bit_length(), 1j.imag, 1_0j.imag)
print(1if 1else 2, 0xfor 3, 1or 2) if False else print('spacing')
print(-1 ** 2, (-1) ** 2, - - 1, + - + 1, ~0, ~-1)
print(1e309, -1e309, 1e-400, 5e-324, 2.5e-324, 1.7976931348623157e308)
print(0.1 + 0.2, 0.1, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 100000.0)
print(type(1), type(1.), type(1j), type(True), type(0xFF))
print(9007199254740993.0, 9007199254740993, 0.30000000000000004)
print(1_0 == 10, 1_0.0 == 10.0, 0x_f == 15)
print((1).__add__(2), 5 .__class__, 5..__class__)
for text in ("1__0", "_1", "1_", "0x", "0b2", "0o8", "1e", "012", "1.5_", "0_7", "1_.5", "1._5", "5a"):
    try:
        print(text, eval(text))
    except SyntaxError as e:
        print(text, '->', e.msg, e.lineno, e.offset)
    except NameError as e:
        print(text, '-> NameError', e)
