# §8.6.4.8 Sequence patterns.
def m(x):
    match x:
        case []: return 'empty'
        case [1]: return 'just one'
        case [1, 2, *rest]: return f'12 rest={rest}'
        case (0, *_, 0): return 'zero ended'
        case [a, [b, *c], *d] if d: return f'nested {a} {b} {c} {d}'
        case [a, [b, *c]]: return f'nested {a} {b} {c}'
        case [str(s), int(n)]: return f'str-int {s} {n}'
        case [*first, 'end']: return f'ends {first}'
        case a, b: return f'pair {a} {b}'
        case a, b, *_: return f'many {a} {b}'
        case [single]: return f'single {single}'
        case _: return 'not a sequence'
class Seq:
    def __len__(self): return 2
    def __getitem__(self, i): return [10, 20][i]
class L(list): pass
class T(tuple): __slots__ = ()
from collections import deque, UserList, abc
class Reg(Seq): pass
abc.Sequence.register(Reg)
for v in ([], (), [1], (1,), [1, 2], [1, 2, 3], (0, 5, 0), [0, 0], [9, [8]], (9, (8, 7), 6), ['s', 5], [3, 'end'], ['end'], [5, 6], range(3), range(1, 2), 'ab', b'ab', bytearray(b'ab'), {1: 2}, {1, 2}, iter([1]), L([5, 6]), T((5, 6)), Seq(), Reg(), deque([1, 2, 3]), UserList([7, 8]), memoryview(b'\x01\x02'), 5, None):
    print(type(v).__name__, v if isinstance(v, (list, tuple, str)) else '', '->', m(v))
class Counting:
    def __init__(self, *v): self.v = v
    def __len__(self): print('len', end=' '); return len(self.v)
    def __getitem__(self, i): print(f'get{i}', end=' '); return self.v[i]
abc.Sequence.register(Counting)
match Counting(1, 2, 3):
    case [1, 5, *_]: print('a')
    case [a, *mid, b]: print('b', a, mid, b)
match Counting(1, 2):
    case [_, _, _]: print('three')
    case [_, _]: print('two')
match Counting(1, 2, 3, 4):
    case [*_]: print('any')
match Counting(1, 2, 3, 4):
    case [_, *_, last]: print('last', last)
def flat(x):
    match x:
        case [*xs]: return [z for y in xs for z in flat(y)]
        case v: return [v]
print(flat([1, [2, [3, (4, 5)], []], 6]))
def quick(l):
    match l:
        case [] | [_]: return l
        case [p, *r]: return quick([x for x in r if x < p]) + [p] + quick([x for x in r if x >= p])
print(quick([3, 1, 4, 1, 5, 9, 2, 6]))
def ev(e):
    match e:
        case ['+', a, b]: return ev(a) + ev(b)
        case ['*', a, b]: return ev(a) * ev(b)
        case ['neg', a]: return -ev(a)
        case ['if', c, t, f]: return ev(t) if ev(c) else ev(f)
        case int() | float(): return e
        case [op, *args]: raise ValueError(f'{op} with {len(args)}')
print(ev(['+', 1, ['*', 2, ['neg', 3]]]), ev(['if', 0, 1, ['+', 2, 2]]))
try: ev(['?', 1])
except ValueError as e: print(e)
