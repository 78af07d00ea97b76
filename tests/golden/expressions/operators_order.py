# §6.16-6.17 Evaluation order and operator precedence.
log = []
class N:
    def __init__(self, v): self.v = v
    def __add__(self, o): log.append(f'({self.v}+{o.v})'); return N(f'({self.v}+{o.v})')
    def __mul__(self, o): log.append(f'({self.v}*{o.v})'); return N(f'({self.v}*{o.v})')
    def __pow__(self, o): return N(f'({self.v}**{o.v})')
    def __neg__(self): return N(f'(-{self.v})')
    def __invert__(self): return N(f'(~{self.v})')
    def __or__(self, o): return N(f'({self.v}|{o.v})')
    def __and__(self, o): return N(f'({self.v}&{o.v})')
    def __xor__(self, o): return N(f'({self.v}^{o.v})')
    def __lshift__(self, o): return N(f'({self.v}<<{o.v})')
    def __sub__(self, o): return N(f'({self.v}-{o.v})')
    def __matmul__(self, o): return N(f'({self.v}@{o.v})')
    def __floordiv__(self, o): return N(f'({self.v}//{o.v})')
def n(x): log.append(x); return N(x)
a, b, c, d = map(N, 'abcd')
print((a + b * c - d).v, (a * b + c * d).v, (-a ** -b).v, (a ** b ** c).v, (~a ** b).v)
print((a | b ^ c & d << a + b).v, (a @ b * c // d).v, (a - b - c).v, (-a * b).v, (a << b << c).v)
log.clear(); n('a') + n('b') * n('c'); print(log)
log.clear(); n('a') * n('b') + n('c') * n('d'); print(log)
def t(x): print(x, end=' '); return x
print(t(1) if t(0) else t(2)); print(t(0) or t('') or t('z') or t('never')); print(t(1) and t([]) and t(3))
print(not t(0), not t(1) == t(2)); print(t(1) < t(2) < t(0) < t(9)); print(t(1) == t(1) != t(2))
d = {}
d[t('key')] = t('value'); print()
x, d[t('k')], (y, z) = t(1), t(2), (t(3), t(4)); print(x, d, y, z)
def target(): print('target', end=' '); return [0, 0]
def index(): print('index', end=' '); return 0
target()[index()] += t(5); print()
lst = [1, 2]
lst[index()], lst[t(1)] = lst[t(1)], lst[t(0)]; print(lst)
print(1 if True else 2 if False else 3, (lambda: 1 if False else 2)(), [1 if x else 0 for x in (0, 1)])
print(2 ** -1, -2 ** 2, 2 ** 3 ** 2, not 1 == 2, not True or True, 1 + 2 << 3, 6 & 3 == 3, 1 < 2 in [2], 1 in [1] == True)
print(5 // 2 * 2 + 5 % 2, -7 // 2, -7 % 3, 7 % -3, 10 - 4 - 3, 2 * 3 ** 2, 100 / 10 / 2, 1 | 2 ^ 3 & 4)
print(lambda: 0 if 0 else 1) if 0 else print('conditional binds looser than print')
