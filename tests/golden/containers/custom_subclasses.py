# §3.3.7 Subclasses of list, dict, str, int, tuple and set: overridden methods seen by the language and by built-ins.
class L(list):
    def __len__(self): return 99
    def __iter__(self): return iter(['iter'])
    def __contains__(self, x): return x == 'magic'
    def __getitem__(self, i): return ('item', i)
    def __eq__(self, o): return 'eq'
    __hash__ = None
l = L([1, 2]); print(len(l), list(l), 'magic' in l, 1 in l, l[0], l[5:], l == 1, l != 1, bool(l), [*l], tuple(l), repr(l), sorted(l), l + [3], l * 2, max(l), list.__len__(l), l.index(2), l.count(1), l.copy(), list(reversed([1])), l.pop(), dict.fromkeys(l), ','.join(l), l < [5], list.__getitem__(l, 0))
a, = l; print(a); print(*l); print(all(x == 'iter' for x in l), {x for x in l}, set(l), list(map(str, l)), list(zip(l, [1])), sum(L([1]), start=0) if 0 else '')
class D(dict):
    def __getitem__(self, k): return 'got ' + str(k)
    def __contains__(self, k): return k == 'fake'
    def __iter__(self): return iter(['over'])
    def keys(self): return ['k1']
    def get(self, k, d=None): return 'get'
    def __setitem__(self, k, v): super().__setitem__(k, v * 2)
d = D(a=1); d['b'] = 2; d.update(c=3); d.setdefault('e', 4); print(d['zzz'], 'fake' in d, 'a' in d, list(d), dict.get(d, 'b'), len(d), repr(d), dict(d), {**d}, d.items(), d.values(), (lambda **k: k)(**d), '%(x)s' % d, '{x}'.format_map(d), d == {'a': 1}, d.pop('a'), d | {'n': 1}, sorted(d))
class I(int):
    def __add__(self, o): return 'add'
    def __eq__(self, o): return True
    def __hash__(self): return 5
    def __index__(self): return 1
    def __bool__(self): return False
    def __str__(self): return 'str'
    def __lt__(self, o): return 'lt'
i = I(7); print(i + 1, 1 + i, i == 99, [10, 20, 30][I(2)], bool(i), str(i), repr(i), f'{i}', f'{i:d}', '%d' % i, '%s' % i, i < 1, i > 1, hash(i), int(i), i * 2, -i, range(I(3)), 'ab' * I(2), sum([I(1), I(2)]) if 0 else '', max(I(1), I(2)).real, {I(5): 1}[5], i.real, abs(i), divmod(i, 2), float(i), [0] * I(2), i in [3], isinstance(i, int))
class T(tuple):
    def __getitem__(self, i): return 't'
    def __iter__(self): return iter('T')
t = T((1, 2)); print(t[0], list(t), len(t), t == (1, 2), t + (3,), hash(t) == hash((1, 2)), '%s %s' % t, t[0:1], tuple(t), repr(t), (lambda *a: a)(*t)); a, = t; print(a)
class S(set):
    def __contains__(self, x): return True
    def add(self, x): super().add(x * 10)
s = S([1]); s.add(2); s.update([3]); print(99 in s, sorted(s), s | {5} == {1, 20, 3, 5}, type(s | s).__name__, type(s.copy()).__name__, len(s), s == {1, 20, 3}, s.issubset([1]))
class B(bytes):
    def __getitem__(self, i): return 'b'
b = B(b'ab'); print(b[0], list(b), b + b'c', b == b'ab', bytes(b), b.hex(), len(b), b[:1])
