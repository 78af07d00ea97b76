# §6.2 Atoms: names, parenthesised forms, displays, generator expressions.
print((), (1,), (1, 2), ((1)), (1,)[0], [], [1, ], {}, {1}, {1: 2, }, {1, 2, 3, })
a = [*range(3), *'ab']
print(a, (*a,), {*range(3), 1}, {**{'x': 1}, 'y': 2, **{'x': 3}})
def note(x):
    print('eval', x, end='; ')
    return x
d = {note('k1'): note('v1'), note('k2'): note('v2')}
print(d)
s = {note(3), note(1), note(3)}
print(sorted(s))
l = [note(1), *[note(2), note(3)], note(4)]
print(l)
print({True: 'a', 1: 'b', 1.0: 'c'}, {0: 'x', False: 'y'})
print([[x, y] for x in range(3) if x % 2 == 0 for y in 'ab' if y != 'b' or x])
print({x: x ** 2 for x in range(4)}, {x % 3 for x in range(10)})
g = (x * 2 for x in range(3))
print(type(g).__name__, next(g), list(g), list(g))
print(sum(x for x in range(5)), max((x for x in [3, 1]), default=0))
order = {k: v for k, v in ((note('a'), 1), (note('a'), 2), (note('b'), 3))}
print(order)
print(list({'z': 1, 'a': 2, 'm': 3}))
try:
    {[]: 1}
except TypeError as e:
    print(e)
try:
    {[1], 2}
except TypeError as e:
    print(e)
try:
    [*5]
except TypeError as e:
    print(e)
try:
    {**[1]}
except TypeError as e:
    print(e)
try:
    {*None}
except TypeError as e:
    print(e)
print(... is Ellipsis, None is None, __debug__, NotImplemented)
print({**{}}, [*[], *()], (*(), *[]))
def source():
    print('iterable made', end='; ')
    return [1, 2]
lazy = (x for x in source())
print('before use', list(lazy))
