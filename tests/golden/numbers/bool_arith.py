# §3.2.4.1 Booleans as integers: arithmetic, indexing, comparison, formatting, short circuit results.
print(True + True, True * 3, True / 2, True // 2, -True, +False, True ** 2, True % 2, divmod(True, 2), abs(True), True << 1, round(True), int(True), float(True), complex(True), str(True), repr(False), hash(True), bool('False'))
print([10, 20][True], 'ab'[False], (1, 2)[True:], {1: 'one'}[True], True == 1.0, True is (2 > 1), True > False, True < 2, sorted([True, False, 0.5]), max(True, 0), sum([True] * 3), [True, 1, 1.0].index(1.0), True in [1], {True, 1, False, 0}, min(False, 0) is False)
print(True & True, True & 1, False | True, True ^ True, type(True & True), type(True & 1), type(True + True), not True, not 0, not '', bool([]), bool([0]), bool(0.0), bool(-0.0), bool(0j), bool('0'), bool(None), bool(range(0)), bool(object()))
print(f'{True}', f'{True:d}', f'{True:5}|', f'{True!r:>6}', '%d %s %r %i %x' % (True, True, True, False, True), format(True, 'b'), '{:.2f}'.format(True), int('1') == True, isinstance(True, int), issubclass(bool, int), bool.__mro__, True.real, True.numerator, True.bit_length(), True.to_bytes(1, 'big'), (True).__class__)
print(1 and 2, 0 and 2, 1 or 2, 0 or 2, '' or 'd', None and 1, [] or {}, 0 or '' or None, 1 and '' and 2, not 1 or 2, (not 0) + 1, 3 if True else 4, True and False or True, not not 5, 1 < 2 and 2 < 3, (1 > 2) + (3 > 2) * 10)
class T:
    def __bool__(self): print('asked', end=' '); return True
class L:
    def __len__(self): print('len', end=' '); return 0
t, l = T(), L(); print((t and 'x'), (l or 'y'), (l and 'z') is l, not t, not l, t or 'w' is t, bool(t), [1 for _ in 'a' if t], 1 if l else 2)
for f in (lambda: type('X', (bool,), {}), lambda: bool(1, 2), lambda: bool(x=1), lambda: True(), lambda: True[0], lambda: True + 'a', lambda: setattr(True, 'x', 1), lambda: True.nope, lambda: ~1 and len(True), lambda: bool.__new__(int), lambda: bool.from_bytes(b'a'), lambda: bool.__new__(bool, [])):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
total = 0
for i in range(2000): total += (i % 2 == 0) - (i % 3 == 0) + (i > 1000) * 2
print(total, sum(i % 7 == 0 for i in range(1000)), sum(map(bool, [0, 1, '', 'a'])), all([True, 1]), any([False, 0]))
