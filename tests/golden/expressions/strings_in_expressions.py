# §6.2.3 Literals in expressions: constant folding is not visible, identity of equal constants in one function, mutation safety.
def f(): return [1, 2], {'a': 1}, {3, 4}, (5, [6])
a, b = f(), f(); a[0].append(9); a[1]['b'] = 2; a[2].add(7); a[3][1].append(8); print(a, b)
def g(x=(1, 2)): return x is (1, 2) or x == (1, 2)
print(g(), 'ab' 'cd' * 2, 2 * 3 + 4 ** 2 - 7 // 2, (1, 2) + (3,) * 2, 'x' * 5 + 'y', -(-5), not not 1, 1 + 2j - 2j, 1 if 'a' else 2, 'abc'[1], (1, 2, 3)[-1], [1, 2][0], b'ab'[0], 'a' in 'abc', 3 in (1, 2, 3), 3 in {1, 2, 3}, 'k' in {'k': 1}, 10 ** 20, 2 ** 200 % 7, 'a' < 'b', 1 << 70 >> 69, ~5 & 0xFF, 5 / 2 * 2, 1e3 + 1, -0.0, 0 * -1.0, 1_0 + 0x10)
for src in ('1 / 0', '"a" + 1', '1 % 0', '(1, 2)[5]', '"abc"[9]', '-"a"', '2 ** -1', '0 ** -1', '1 << -1', '"a" * -1', '() * 3', '1 < "a"', 'not 5', '~1.5', '1 in 5', '"%d" % "x"', '"%s %s" % (1,)', '10 ** 30 // 10 ** 29', '(-8) ** (1 / 3)', '1.0 // 0', '"\\ud800"', '"a" "b" f"{1}"', '[*(1, 2)]', '{**{}}', 'b"a" + b"b"', '"a" if 0 else "b"', '1 and 0 or 2', '(lambda: 1)()', 'None is None', '... == ...', '-1 ** 2', '- - 1', '1 .real', '0xff.bit_length()', '1..hex()', '"{}".format(1)', '"abc".upper()[::-1]', 'True + True'):
    def run():
        try: return repr(eval(src))
        except Exception as e: return f'{type(e).__name__}: {e}'
    first = run(); again = run(); print(src, '=>', first, first == again)
def h(n):
    r = []
    for i in range(n): l = [0, 1]; l.append(i); d = {'k': []}; d['k'].append(i); s = {1}; s.add(i); r.append((len(l), len(d['k']), len(s)))
    return r[0], r[-1], len(set(r))
print(h(2000))
def consts(): return 'x' 'y', 1.5, 2 ** 70, (1, ('a', None)), frozenset({1}), b'z', ...
print(all(p == q for p, q in zip(consts(), consts())), consts())
def doc(): """d""" 'oc'
print(doc.__doc__, (lambda: """lam""").__doc__, f''.__class__, ''.join(['']) == '', 'é' == '\u00e9', '\x41' 'B' == 'AB', r'\n' == '\\n', 'a\
b', '''q'''"w")
print(1 .__class__.__name__, 'a'.join('bc'), 'x'.__add__('y'), [].__len__(), (1,).__len__(), {}.__len__(), 1.0.__class__, ''.__class__, 'abc'[0:2][::-1][0], ((((1)))), [[[]]], ((),), {(): []}, [{}], {1: {2: {3: 4}}}[1][2][3])
