# §6.3 Primaries: attribute references, subscriptions, slicings, calls.
class Probe:
    def __getitem__(self, key): return key
    def __getattr__(self, name): return f'attr {name}'
    def __call__(self, *a, **k): return a, k
p = Probe()
print(p[1], p[1, 2], p[()], p[1:2], p[1:2, ::3], p[...], p[:, 0], p[(1, 2)], p[*[1, 2]], p[*'ab', 3:4], p[0,])
print(p.x, p.anything.upper(), p(), p(1, k=2), p(*[1], 2, *[3], a=1, **{'b': 2}, **{'c': 3}))
print('abc'[1], 'abc'[-1], [1, 2, 3][::-1], (1, 2, 3)[1:], b'abc'[0], range(10)[2:8:2])
def note(x):
    print('n', x, sep='', end=' ')
    return x
print(p(note(1), *[note(2)], k=note(3), **{'m': note(4)}))
def f(a, b=2, *args, c, d=4, **kw): return a, b, args, c, d, kw
print(f(1, c=3), f(1, 2, 3, c=4, e=5), f(*(1, 2), **{'c': 3}), f(*'abc', c=0))
print((lambda: 1)(), (lambda *a: a)(1, 2), [len][0]('abc'), {'f': max}['f'](1, 2))
print(p.a.upper() .lower()
      .title())
def tries(*fs):
    for g in fs:
        try:
            print(g())
        except Exception as e:
            print(type(e).__name__, '-', e)
tries(lambda: f(), lambda: f(1), lambda: f(1, c=1, a=2), lambda: f(1, **{'c': 1}, **{'c': 2}), lambda: f(*1, c=2),
      lambda: f(1, c=2, **3), lambda: (1)(2), lambda: None[0], lambda: [1][5], lambda: [1]['a'], lambda: {}['k'],
      lambda: 'abc'.nope, lambda: (1, 2)[1.0], lambda: 'a'['b'], lambda: {1: 2}[[]], lambda: 5[0], lambda: f(1, c=2, **{3: 4}),
      lambda: print(sep=3), lambda: len(), lambda: len(1, 2), lambda: (lambda x: x)(), lambda: (lambda: 0)(1), lambda: int[0],
      lambda: range(10)['x'], lambda: b'ab'[9])
x = [1, [2, [3]]]
print(x[1][1][0], x[-1][0])
i = 0
arr = [0, 0]
i = arr[i] = 1
print(i, arr)
