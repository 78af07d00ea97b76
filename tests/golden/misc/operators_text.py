# §6.7 Sequence operators: concatenation, repetition, membership and comparison over all sequence types.
seqs = ['ab', b'ab', bytearray(b'ab'), [1, 2], (1, 2), range(2)]
for a in seqs:
    row = []
    for b in seqs:
        try: row.append(repr(a + b))
        except TypeError as e: row.append('E')
    print(type(a).__name__, row)
for a in seqs:
    row = []
    for k in (0, 2, -1, True, 1.5, 'x', None):
        for f in (lambda: a * k, lambda: k * a):
            try: row.append(repr(f()))
            except TypeError as e: row.append(str(e)[:30])
    print(row)
for a in seqs:
    print([a == b for b in seqs], [x for x in (0, 1, 'a', 97, b'a', None) if (lambda: x in a) and not isinstance(a, (str, bytes, bytearray)) and x in a])
print('a' < 'b' < 'c', b'a' < bytearray(b'b'), [1] < [2], (1, 2) <= (1, 2), [1, [2]] < [1, [3]], 'abc' > 'ab', [] < [[]], ('a', 1) < ('b',), [1, 2, 3] > [1, 2], b'' < b'\0', 'Z' < 'a', [float('nan')] < [1], range(3) == range(0, 3, 1), range(0) == range(2, 1))
x = [1, 2]; y = x * 2; y[0] = 9; print(x, y, x + x, (x + x)[::-1], [x] * 2, ([0] * 2 + [1]) * 2, 'ab' * 2 + 'c', ('a',) * 3 + (1,), b'x' * 3)
s = 'a'; s *= 3; l = [0]; l *= 3; t = (1,); t *= 2; b = bytearray(b'q'); b *= 2; print(s, l, t, b)
print(5 % 3, '%s' % 5, '%s-%s' % (1, 2), b'%d' % 5, [1, 2] == [1, 2.0], (1,) == [1], 'a' == b'a', bytearray(b'a') == b'a', range(2) == [0, 1], not [], not (), not 'a', -True, +False, ~True if 0 else '', 1 and [] or 'z', None or 0 or '', 'x' and 'y')
print(1 < 2 == True, (1 < 2) == True, 1 == 1 in [1], not 1 in [1], 1 not in [2] in [[2]], 3 > 2 > 1 > 0, 1 is 1 is True if 0 else '', None is None is not False, 1 < 2 > 1 != 5, [] is not [] is not None)
for f in (lambda: 'a' + 1, lambda: 1 + 'a', lambda: [] + 'a', lambda: () + [], lambda: b'' + '', lambda: 'a' * 'b', lambda: [1] - [1], lambda: 'a' - 'a', lambda: {} + {}, lambda: range(1) + range(1), lambda: range(1) * 2, lambda: None * 2, lambda: 'a' % (1,), lambda: '%d' % '1', lambda: -[], lambda: ~'a', lambda: +None, lambda: 'a' / 2, lambda: [1] ** 2, lambda: (1,) & (2,), lambda: {1} & [1], lambda: 1 << 'a', lambda: 2 @ 2, lambda: 1 in 1, lambda: [] < 1, lambda: {} > {}, lambda: object() < object(), lambda: print < len, lambda: type < int, lambda: 'a' * 10**20, lambda: [0] * 2**63):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
