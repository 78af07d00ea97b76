# §7.2 Assignment statements: targets of every kind, starred, nested, chained, order.
a = b = c = []
print(a is b is c)
a, b = 1, 2; a, b = b, a; print(a, b)
[a, (b, c)] = 1, 'xy'; print(a, b, c)
(a), (b) = 3, 4; print(a, b)
a, *b = range(4); print(a, b)
*a, b = 'abc'; print(a, b)
a, *b, c = 1, 2; print(a, b, c)
(a, *b), *c = [[1, 2, 3], 4, 5]; print(a, b, c)
[*a] = 'hi'; print(a)
*a, = 1,; print(a)
for i, *rest in [(1, 2, 3), (4,), 'xyz']: print(i, rest)
class T:
    def __setattr__(self, k, v): print('set', k, v)
    def __setitem__(self, k, v): print('item', k, v)
t = T()
t.x = t['y'] = t.z = 5
t.a, t['b'], *t.c = 1, 2, 3, 4
(t.p, (t.q, t[1:2])) = (1, (2, 3))
i = 0
l = [10, 20, 30]
i, l[i] = 2, 'two'; print(i, l)
x = [1, 2, 3]
x[0], x[1:], y = 'a', ['b'], x; print(x, y)
def it(): yield 1; print('resumed', end=' '); yield 2; print('again', end=' ')
a, b = it(); print(a, b)
class Pair:
    def __iter__(self): return iter('pq')
class Seq:
    def __getitem__(self, k): return [7, 8][k]
a, b = Pair(); c, d = Seq(); print(a, b, c, d)
a, b = {'k1': 1, 'k2': 2}; print(a, b)
() = []; [] = ''; print('empty targets')
for src in ('a, b = 1', 'a, b = 1, 2, 3', 'a, b = [1]', 'a, *b, c = [1]', 'a, b = None', '() = [1]', 'a, b = it(); x = y.z', 'a, b, c = "ab"', '[a, b] = {1}', 'a, *b = 5', 'a, b = (i for i in range(9))', 'a, b = [1,2,3]*3', 'a, b = {1:2, 3:4, 5:6}'):
    try: exec(src)
    except Exception as e: print(src, '->', type(e).__name__, e)
for bad in ('1 = x', 'f() = 1', 'a + b = c', '(a, b) += 1', '*a = 1', 'a, *b, *c = d', 'None = 1', 'x = (yield) = 1', '"s" = 1', '[a, 1] = 2', '{a} = 1', 'a if b else c = 1', 'f"{x}" = 1', '-x = 1', 'a < b = 1', '... = 1', '(*a) = 1', 'lambda: 1 = 2', 'x = *a'):
    try: compile(bad, 'c', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(bad, '->', e.msg)
