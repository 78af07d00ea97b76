# §3.2.7 (dict) Dictionaries: order, views, methods, merging, equality, mutation during iteration, errors.
d = {'b': 1, 'a': 2}; d['c'] = 3; d['b'] = 9; del d['a']; d['a'] = 4; print(d, list(d), len(d), 'c' in d, d.get('z'), d.get('z', 0), d['b'])
print(d.keys(), d.values(), d.items(), list(reversed(d)), list(reversed(d.items())), d.pop('c'), d.pop('zz', 'dflt'), d.popitem(), d, d.setdefault('n', []), d.setdefault('n', 5), d)
print(dict(), dict(a=1), dict([('x', 1), ('y', 2)]), dict({'k': 'v'}, k2=3), dict(zip('ab', [1, 2])), dict.fromkeys('abc'), dict.fromkeys([1, 2], 'v'), dict(['ab', (1, 2)]), {**{'a': 1}, 'b': 2, **{'a': 3}}, {1: 'a', True: 'b', 1.0: 'c'})
a, b = {'x': 1, 'y': 2}, {'y': 3, 'z': 4}; print(a | b, b | a, a.keys() & b.keys(), sorted(a.keys() | b.keys()), a.keys() - b.keys(), sorted(a.keys() ^ b), a.items() & {('x', 1)}, a.keys() == {'x', 'y'}, a.keys() <= {'x', 'y', 'z'}, a.keys().isdisjoint(b), 'x' in a.keys(), 1 in a.values(), ('x', 1) in a.items(), ('x', 2) in a.items())
a |= b; print(a); a.update({'q': 1}, r=2); a.update([('s', 3)]); print(a); a.clear(); print(a, a == {}, not a)
print({'a': 1, 'b': 2} == {'b': 2, 'a': 1}, {'a': 1} != {'a': 1.0}, {1: [2]} == {1: [2]}, {'a': {'b': {}}} == {'a': {'b': {}}}, {} == [])
k = {'x': 1}.keys(); v = d.values(); e = {1: 2}; it = e.items(); e[3] = 4; print(list(it), len(it), k, list(v), it, type(k).__name__, type(iter(e)).__name__, e.keys().mapping)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
def grow():
    x = {1: 1}
    for i in x: x[i + 1] = 1
def shrink():
    x = {1: 1, 2: 2}
    for i in x: x.pop(i)
def same():
    x = {1: 1, 2: 2, 3: 3}
    for i in x: x[i] = i * 10
    return x
def values():
    x = {1: 1, 2: 2}
    for i in x.values(): del x[2]
tries(grow, shrink, same, values, lambda: {}['k'], lambda: {1: 2}[(1, [2])], lambda: {}.pop('k'), lambda: {}.popitem(), lambda: {[]: 1}, lambda: dict(5), lambda: dict([1]), lambda: dict([(1, 2, 3)]), lambda: {} < {}, lambda: {} + {}, lambda: {} | [], lambda: hash({}), lambda: {1: 2}.__delitem__(5), lambda: {}.get(), lambda: {}.get([]), lambda: dict(**{1: 2}), lambda: {}.update(5), lambda: {}.update([(1,)]), lambda: dict.fromkeys(5), lambda: {}.keys() + [], lambda: {}.fromkeys([[]]), lambda: {1: 2}.items()[0], lambda: {**5})
class M(dict):
    def __missing__(self, k): return f'<{k}>'
m = M(a=1); print(m['a'], m['b'], m.get('b'), m, type(m | {}).__name__, type(m.copy()).__name__, M.fromkeys('x'), '%(zz)s' % m, '{q}'.format_map(m))
class K:
    n = 0
    def __init__(self, v): self.v = v
    def __hash__(self): K.n += 1; return hash(self.v)
    def __eq__(self, o): return self.v == getattr(o, 'v', o)
    def __repr__(self): return f'K{self.v}'
x = {K(1): 'a'}; x[K(1)] = 'b'; print(x, K.n, x[1], x.get(K(2)), K.n)
class Bad:
    def __hash__(self): return 1
    def __eq__(self, o): raise ValueError('eq failed')
tries(lambda: {Bad(): 1, Bad(): 2}, lambda: {Bad(): 1}.get(1), lambda: {Bad(): 1}.get(2))
s = {}; s['self'] = s; print(s, s['self'] is s); n = {'l': [1, {'d': ()}]}; c = n.copy(); c['l'].append(2); print(n, c is n)
big = {i: i * i for i in range(1000)}
for i in range(0, 1000, 3): del big[i]
print(len(big), list(big)[:5], list(big.items())[-1], sum(big.values()), 999 in big, big.get(998)); big[0] = 'again'; print(list(big)[-1]); 
for i in range(2000): big[f'k{i}'] = i; big.pop(i, None)
print(len(big), next(iter(big)), list(big)[-1])
print({i: c for i, c in enumerate('abc')}, {k: v for k, v in {'a': 1, 'b': None}.items() if v}, dict(sorted({'b': 1, 'a': 2}.items())), max({'a': 3, 'b': 5}.items(), key=lambda p: p[1]), {(1, 2): 'tuple', frozenset([1]): 'fs', None: 0, 1.5: 'f', b'x': 1}, [*{'a': 1}], {'a': 1}.items() == {'a': 1}.items(), {'a': 1}.values() == {'a': 1}.values())
