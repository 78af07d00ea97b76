"""Language reference 6.3, 8.3: calls, loops, items and formats that have ways of their own in the interpreter."""


# Pairs that are unpacked at once.
table = {"a": 1, "b": 2, "c": 3}
for _ in range(3):
    print([(k, v) for k, v in table.items()], [(i, x) for i, x in enumerate("xyz", 5)], [(x, y) for x, y in zip("ab", [1, 2, 3])])
for pair in table.items():
    print(pair)
try:
    for k, v in table.items():
        table[k + k] = v
except RuntimeError as e:
    print(e)
try:
    for x, y in zip([1, 2], [1], strict=True):
        print(x, y)
except ValueError as e:
    print(e)


def failing():
    yield 1
    raise KeyError("inside")


for kind in (lambda: enumerate(failing()), lambda: zip(failing(), failing())):
    try:
        for x, y in kind():
            print(x, y)
    except KeyError as e:
        print("KeyError", e)
big = 2**62 - 2
print([i for i, _ in enumerate("abcde", big)])


# Calls by keyword.
def f(a, b=2, /, c=3, *, d, e=5):
    return a, b, c, d, e


def g(a, *rest, k=1, **more):
    return a, rest, k, more


for _ in range(5):
    print(f(1, d=4), f(1, 20, c=30, d=40), f(1, 2, 3, d=4, e=50), g(1, 2, 3, k=4, z=5, y=6), g(a=1), g(*[1, 2], **{"k": 3, "q": 4}))
for bad in (
    lambda: f(1),
    lambda: f(a=1, d=2),
    lambda: f(1, d=4, z=1),
    lambda: f(1, 2, 3, 4, d=5),
    lambda: f(1, 2, 3, c=4, d=5),
    lambda: g(),
    lambda: g(1, a=2),
    lambda: f(*[1], **{"d": 1, 2: 3}),
):
    try:
        print(bad())
    except TypeError as e:
        print(e)
print(g(1, **{"a b": 2, "\u00e9": 3}))


# Properties and items of classes written in Python.
class Base:
    def __init__(self, n):
        self.n = n

    def who(self):
        return "base", self.n


class Item(Base):
    @property
    def twice(self):
        if self.n < 0:
            raise AttributeError("negative")
        return self.n * 2

    def __getitem__(self, key):
        if key == "bad":
            raise KeyError(key)
        return self.n, key

    def who(self):
        return "item", super().who()


class Other(Item):
    def who(self):
        return "other", super().who()


for n in range(40):
    item = Item(n) if n % 3 else Other(n)
    if (item.twice, item[n], item[n, 1]) != (2 * n, (n, n), (n, (n, 1))):
        print("wrong at", n)
print(Item(1).who(), Other(2).who())
Base.who = lambda self: "changed"
print(Item(1).who(), Other(2).who())
for n in range(30):
    try:
        Item(1)["bad"]
    except KeyError as e:
        last = e
print(repr(last))
for n in range(30):
    try:
        Item(-1).twice
    except AttributeError as e:
        last = str(e)
print(last)


def deep(n):
    class D:
        def __getitem__(self, k):
            return k if k == 0 else self[k - 1]

    return D()[n]


print(deep(200))
try:
    deep(10**6)
except RecursionError as e:
    print(e)


def through_generator():
    item = Item(7)
    for k in range(3):
        yield item[k], item.twice


print(list(through_generator()))

# Numbers of two kinds, and formats.
for x in (3, -3, 2**53, 2**53 + 1, 2**61):
    print(x + 0.5, x * 1.5, x / 2, 0.5 - x, x / 3)
try:
    1.5 / 0
except ZeroDivisionError as e:
    print(e)
for n in (0, 7, -7, 12345678, -12345678):
    print([f"{n:{s}}" for s in ("6d", "06d", "08", "x", "#x", "#010b", "o", ",", "12,", "X", "3")], hex(n), oct(n), bin(n))
for x in (0.0, -0.0, 1.5, -1234.5678, 1e20, float("inf"), float("nan")):
    print([f"{x:{s}}" for s in (".2f", "10.3f", ".0f", ".3e", ".4g", ".1%", "g", "12.2e")])
print("%s-%d-%s" % ("a", -5, 1.5), "%5s|%-5d|%05d" % ("a", 5, 5), "%d%%" % 3)

# Sets, tuples and text.
s = {1, "a", 2.5, (1, 2)}
t = s.copy()
s.clear()
print(len(t), "a" in t, (1, 2) in t, 3 in t, {n % 7 for n in range(100)}, {1, 1.0, True})
print({(): 1, ("x", 1): 2, ("x", 2): 3}[("x", 2)], {("a", 1.5): 1}.get(("a", 1.5)))
text = "abcabcab" * 8
print(text.find("ca"), text.rfind("ca"), text.find("cx"), text.count("ab"), "bca" in text, "bcb" in text)
print("\u00e9x\u00e9y"[1], "h\u00e9"[-1], [c for c in "a\u00e9\u20ac"], list("a\u00e9\u20ac"), "abc"[-1], "a,b".replace(",", ";"))
print(sum([1, 2, 2**62]), sum([0.1] * 10), sum([1, 0.5, True]), sum([[1], [2]], []))
