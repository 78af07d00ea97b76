# §8.6 match in a hot loop with changing kinds of subject.
class P:
    __match_args__ = ('x', 'y')
    def __init__(self, x, y): self.x, self.y = x, y
def kind(v):
    match v:
        case 0: return 1
        case int(n) if n % 2: return n
        case [a, b]: return a + b
        case {'k': k}: return k
        case P(0, y): return y
        case P(x=x): return x * 2
        case str() as s: return len(s)
        case None | True: return -1
        case _: return 7
vals = [0, 3, 4, [1, 2], (3, 4), {'k': 5}, {}, P(0, 9), P(2, 1), 'text', None, True, 2.5, [1]]
t = 0
for i in range(4000): t = (t * 3 + kind(vals[i % len(vals)])) % 1000003
print(t)
P.__match_args__ = ('y', 'x')
for i in range(2000): t = (t * 3 + kind(vals[i % len(vals)])) % 1000003
print(t, kind(P(9, 0)))
class Q(P): pass
print(sum(kind(Q(i % 2, i)) for i in range(1000)))
def seq(l):
    match l:
        case []: return 0
        case [x]: return x
        case [x, *r]: return x + seq(r)
print(seq(list(range(200))))
