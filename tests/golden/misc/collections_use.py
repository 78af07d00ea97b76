# Library: collections in everyday use (deque, Counter, defaultdict, OrderedDict, namedtuple, ChainMap).
from collections import deque, Counter, defaultdict, OrderedDict, namedtuple, ChainMap
d = deque([1, 2, 3], maxlen=4); d.append(4); d.append(5); d.appendleft(0); d.rotate(1); print(d, d.pop(), d.popleft(), list(d), d[0], 3 in d, len(d), d.count(2)); d.extend('ab'); d.extendleft('z'); print(d, d.maxlen); d.remove('a') if 'a' in d else None; d.insert(1, 'i') if len(d) < 4 else None; print(d)
for f in (lambda: deque().pop(), lambda: deque([1])[3], lambda: deque(5), lambda: deque([1]).remove(2), lambda: deque([], -1), lambda: [x for x in d if d.append(x)]):
    try: f()
    except Exception as e: print(type(e).__name__, e)
c = Counter('mississippi'); print(c.most_common(2), c['z'], sum(c.values()), sorted(c.elements())[:3], c - Counter('miss'), (c + Counter('m'))['m'], c & Counter('ssp'), Counter(a=1) | Counter(a=3))
dd = defaultdict(list); dd['a'].append(1); dd['b']; print(dd, dd.default_factory is list, dict(dd), 'c' in dd, dd.get('c'))
o = OrderedDict(a=1, b=2, c=3); o.move_to_end('a'); o.move_to_end('c', last=False); print(o, o.popitem(), o.popitem(last=False), o == {'b': 2}, OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1))
P = namedtuple('P', 'x y', defaults=[0]); p = P(1); print(p, p.x, p._replace(y=5), p._asdict(), P._fields, p == (1, 0), P(*[3, 4]), P._make([5, 6]), repr(P(y=1, x=2)), P.__doc__)
for f in (lambda: P(), lambda: P(1, 2, 3), lambda: namedtuple('Q', 'a a'), lambda: namedtuple('Q', 'class'), lambda: setattr(p, 'x', 2)):
    try: f()
    except Exception as e: print(type(e).__name__, e)
m = ChainMap({'a': 1}, {'a': 2, 'b': 3}); m['n'] = 5; print(m['a'], m['b'], m.maps, sorted(m), m.new_child({'a': 9})['a'], m.parents['a'])
