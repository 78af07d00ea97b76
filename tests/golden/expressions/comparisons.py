# §6.10 Comparisons: values, chaining, membership, identity, rich comparison fallbacks.
print(1 < 2 <= 2 != 3 > 0, 1 < 3 > 2, 3 > 2 == 2, 'a' < 'b' < 'c')
print((1, 2) < (1, 3), (1, 2) < (1, 2, 0), [1, 2] == [1, 2.0], [1] < [1, 0], (1,) == [1], {1, 2} < {1, 2, 3}, {1} < {2})
print({'a': 1} == {'a': 1.0}, {'a': 1, 'b': 2} == {'b': 2, 'a': 1}, 'a' == b'a', 1 == '1', None == 0, () == ())
print(float('nan') == float('nan'), float('nan') != 1, 1 == True, 1.0 == 1, 2 ** 53 + 1 == float(2 ** 53), 10 ** 400 > 1e308)
nan = float('nan')
print(nan in [nan], [nan] == [nan], nan is nan, nan == nan, nan < 1, nan > 1)
print('b' in 'abc', '' in 'abc', 'ac' in 'abc', b'b' in b'abc', 98 in b'abc', 3 in range(5), 2.0 in range(5), 'x' in {'x': 1}, 5 not in [1])
class R:
    def __init__(self, name): self.name = name
    def _say(op):
        def method(self, other):
            print(f'{self.name}.{op}', end=' ')
            return NotImplemented
        return method
    __lt__, __gt__, __le__, __ge__, __eq__, __ne__ = map(_say, ('lt', 'gt', 'le', 'ge', 'eq', 'ne'))
class S(R): pass
def tries(f):
    try: print('->', f())
    except TypeError as e: print('->', e)
a, b, s = R('a'), R('b'), S('s')
tries(lambda: a < b); tries(lambda: a >= b); tries(lambda: a == b); tries(lambda: a != b); tries(lambda: a < s); tries(lambda: a == s)
tries(lambda: a < 1); tries(lambda: 1 < a); tries(lambda: a == 1); tries(lambda: 1 != a)
class E:
    def __eq__(self, o): return 'weird'
    def __lt__(self, o): return []
print(E() == 1, E() != 1, E() < 1, bool(E() < 1), 1 == E(), [E()] == [5], E() in [3])
for f in (lambda: 1 < 'a', lambda: [] < (), lambda: None < None, lambda: 1j < 2j, lambda: {} < {}, lambda: 1 in 5, lambda: 'a' in 5, lambda: 1 in 'a', lambda: 'a' in b'a', lambda: 300 in b'a', lambda: object() >= object(), lambda: int < str, lambda: (1, 'a') < (1, 2), lambda: [] in {}):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
class It:
    def __iter__(self): print('iter', end=' '); return iter([1, 2, 3])
class Old:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        print('item', i, end=' '); return i * i
class Has:
    def __contains__(self, x): return [x]
class Never(It): __contains__ = None
print(2 in It(), 9 in It(), 4 in Old(), 7 in Old(), 3 in Has(), 0 not in Has())
try: 1 in Never()
except TypeError as e: print(e)
x = y = []
print(x is y, [] is [], x is not [], None is None, (x is y) == True, x is y is not None)
