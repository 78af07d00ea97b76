# §3.3.7 Emulating containers: len, getitem, setitem, contains, iter, reversed, missing, length_hint.
class Seq:
    def __init__(self, *v): self.v = list(v)
    def __len__(self): return len(self.v)
    def __getitem__(self, i):
        if isinstance(i, slice): return Seq(*self.v[i])
        return self.v[i]
    def __setitem__(self, i, x): self.v[i] = x
    def __delitem__(self, i): del self.v[i]
    def __repr__(self): return f'Seq{tuple(self.v)}'
s = Seq(1, 2, 3)
print(len(s), s[0], s[-1], s[1:], list(s), list(reversed(s)), 2 in s, 9 in s, bool(s), bool(Seq()), [*s], max(s), sum(s), sorted(s, reverse=True), list(enumerate(s)), list(zip(s, s)))
s[0] = 10; del s[1]; s[5:] = [7]; print(s); a, b, c = s; print(a, b, c)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
class OnlyGet:
    def __getitem__(self, i):
        if i == 3: raise IndexError
        return i * i
print(list(OnlyGet()), 4 in OnlyGet(), *OnlyGet()); tries(lambda: reversed(OnlyGet()), lambda: len(OnlyGet()))
class StopGet:
    def __getitem__(self, i):
        if i == 2: raise StopIteration
        if i == 5: raise KeyError
        return i
print(list(StopGet()))
class KeyGet:
    def __getitem__(self, i): raise KeyError(i)
tries(lambda: list(KeyGet()))
class It:
    def __iter__(self): yield from 'xyz'
    def __reversed__(self): return iter('zyx')
    def __length_hint__(self): print('hint', end=' '); return 3
print(list(It()), list(reversed(It())), tuple(It()))
class NoRev(list): __reversed__ = None
tries(lambda: reversed(NoRev([1])))
class Dflt(dict):
    def __missing__(self, k): print('missing', k, end=' '); return k * 2
d = Dflt(a=1); print(d['a'], d['b'], d.get('c'), 'b' in d, len(d))
class Rec(dict):
    def __missing__(self, k): raise LookupError('custom ' + k)
tries(lambda: Rec()['z'])
class BoolLen:
    def __init__(self, b, l): self.b, self.l = b, l
    def __bool__(self): return self.b
    def __len__(self): return self.l
print(bool(BoolLen(True, 0)), bool(BoolLen(False, 5)), len(BoolLen(1, 2)), not BoolLen(False, 1))
tries(lambda: bool(BoolLen(5, 1)), lambda: len(BoolLen(1, -5)), lambda: len(BoolLen(1, 2**70)), lambda: len(BoolLen(1, 'a')))
class Cls:
    def __class_getitem__(cls, k): return f'{cls.__name__}<{k}>'
class SubCls(Cls): pass
print(Cls[1], SubCls['a', 'b'], Cls[()]); tries(lambda: Cls()[1], lambda: type('Z', (), {})[1])
class Iter:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n == 0: raise StopIteration('value')
        self.n -= 1; return self.n
it = Iter(2); print(next(it), next(it), next(it, 'default'), list(it))
tries(lambda: next(it), lambda: next(5), lambda: iter(type('Q', (), {'__iter__': None})()), lambda: iter(type('Q', (), {'__iter__': lambda s: 1})()))
calls = iter(lambda c=[0]: c.__setitem__(0, c[0] + 1) or c[0], 4); print(list(calls))
class Ctx:
    def __contains__(self, x): return x > 5
print(6 in Ctx(), 1 in Ctx(), 7 not in Ctx())
class Multi:
    def __getitem__(self, k): return k
    def __setitem__(self, k, v): print('set', k, v)
m = Multi(); print(m[1, 2:3, ...], m[:], m[-1], m['k'], m[()]); m[1, 2] = 3; m[::2] = 4; m[m[5]] = m[6]
class Hash:
    def __init__(self, v): self.v = v
    def __hash__(self): return self.v % 3
    def __eq__(self, o): return isinstance(o, Hash) and self.v == o.v
print(len({Hash(i % 4) for i in range(10)}), {Hash(1): 'a', Hash(4): 'b'}[Hash(4)], Hash(1) in {Hash(4)}, hash(Hash(5)))
class EqOnly:
    def __eq__(self, o): return True
tries(lambda: hash(EqOnly()), lambda: {EqOnly()}, lambda: EqOnly.__hash__)
class Inherit(EqOnly): __hash__ = object.__hash__
print(hash(Inherit()) == hash(Inherit()) or 'differs')
class HashBig:
    def __hash__(self): return 2 ** 100
print(hash(HashBig()) == hash(2 ** 100), hash(-1), hash(True), hash(2 ** 61 - 1), hash(1.0), hash(0.5), hash(1j), hash(float('inf')), hash(-2 ** 61), hash(()), hash((1, 2)) == hash((1.0, 2.0)), hash(frozenset([1, 2])) == hash(frozenset([2, 1])))
