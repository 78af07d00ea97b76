# §built-ins: calls with unusual arguments, keyword forms, defaults and results.
print(abs(-3), abs(-2.5), abs(3 + 4j), all([]), any([]), ascii('é'), bin(-5), hex(255), oct(-8), chr(97), ord('a'), divmod(-7, 2), pow(2, 5), pow(2, 5, 7), pow(base=2, exp=3), round(2.5), round(-2.567, 2), sum([1, 2], start=10), sum([], 5))
print(max(3, 1), max('abc'), max([1, 5], key=lambda v: -v), max([], default='d'), min((2, 'b'), (1, 'z')), max(1, True), min([3, 1, 2], [1]), max({'a': 1, 'b': 0}), max('apple', 'fig', key=len))
print(sorted({3: 1, 1: 2}), sorted('hello', reverse=True), list(reversed(range(3))), list(zip(range(2), 'ab')), list(enumerate('ab', start=1)), list(map(str, [1])), list(filter(str.isdigit, 'a1')), tuple(map(max, [1, 2], [2, 1])))
print(isinstance(1, (str, (int, float))), issubclass(bool, (str, int)), callable(print), hasattr(1, 'real'), getattr(1, 'nope', 'd'), id(1) == id(1), type(1) is int, len('é'), hash('a') == hash('a'), repr('a'), format(1.5, '.2f'), bool([]), int(), float(), str(), list(), dict(), complex(), bytes(), bool(), tuple(), set(), object().__class__)
print(int('12'), int(2.9), int('-1010', 2), int('0x1F', 16), int(x := '5'), float('1e3'), str(b'a', 'utf8'), str(b'a'), bytes('é', 'utf8'), list((1, 2)), dict(a=1, **{'b': 2}), set('aa'), frozenset([1]), slice(1, 2, 3), range(3))
it = iter([1, 2]); print(next(it), next(it), next(it, 'default'), list(iter(int, 0)), list(iter([3, 2, 1].pop, 1)))
class C:
    x = 1
    def __dir__(self): return ['q']
c = C(); setattr(c, 'y', 2); print(vars(c), getattr(c, 'y'), dir(c)); delattr(c, 'y'); print(vars(c))
print(eval('1+1'), exec('z = 5'), z, compile('1', '', 'eval').co_name, globals()['z'], 'c' in locals(), __import__('sys').__name__, isinstance(type, type), super.__name__, property().fget, staticmethod(len).__func__ is len, classmethod(len).__func__ is len)
print(type('T', (), {'a': 1}).a, type(c).__name__, NotImplemented is NotImplemented, Ellipsis, __debug__, copyright.__class__.__name__ if 'copyright' in dir(__builtins__) else '', print.__name__, sum.__text_signature__, len.__doc__[:10])
for f in (lambda: bool(NotImplemented), lambda: sum(['a', 'b']), lambda: max(1), lambda: int('1', 1), lambda: pow(2, 3, 0), lambda: round(1.5, 'a'), lambda: divmod(1, 0), lambda: sorted([1, 'a']), lambda: ord('ab'), lambda: chr(2**21), lambda: iter(1), lambda: zip([1], [1, 2], strict=True).__next__() and list(zip([1], [1, 2], strict=True)), lambda: getattr(1), lambda: hash([]), lambda: len(1), lambda: type(1, 2), lambda: isinstance(1, 'a'), lambda: range(1, 2, 0), lambda: enumerate(1), lambda: map(1), lambda: list(map(1, [1])), lambda: sum([[]]), lambda: abs('a'), lambda: min(), lambda: any(1), lambda: open('/no/such/file'), lambda: NotImplemented(), lambda: None(), lambda: sum([1], [2]), lambda: format(1, 'zz'), lambda: input(1, 2), lambda: callable(), lambda: bin('a'), lambda: int(None), lambda: float(''), lambda: complex(''), lambda: bytes(['a']), lambda: dict([1]), lambda: dict(a=1)['b'], lambda: set([[]])):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
