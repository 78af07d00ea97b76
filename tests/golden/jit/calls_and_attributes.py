"""Calls, closures, super, classes that share attributes, displays: hot enough to be compiled, then disturbed."""

import sys
import traceback


class Base:
    def __init__(self, tag, weight):
        self.tag = tag
        self.weight = weight
        self.count = 0

    def pair(self):
        return (self.tag, self.weight)

    def bump(self, by=1):
        self.count += by
        return self.count

    def total(self, more):
        return self.weight + more


class Left(Base):
    def __init__(self, tag, weight):
        super().__init__(tag, weight)
        self.left = True

    def total(self, more):
        return super().total(more) * 2


class Right(Base):
    def __init__(self, tag, weight):
        super().__init__(tag, weight)
        self.right = [tag]
        self.extra = None

    def total(self, more):
        return super().total(more) * 3


class Both(Left, Right):
    def total(self, more):
        return super().total(more) - 1


def mixed(n):
    things = [Base("b", 1), Left("l", 2), Right("r", 3), Both("lr", 4)]
    out = 0
    for k in range(n):
        thing = things[k & 3]
        tag, weight = thing.pair()
        thing.bump()
        out += thing.total(weight) + len(tag)
        if thing.count:
            out += 1
    return out, [t.count for t in things]


print(mixed(3000))


# The base class changes under compiled code.
def other_total(self, more):
    return -self.weight


kept = Base.total
Base.total = other_total
print(mixed(40))
Base.total = kept
print(mixed(40))


class Shadow(Base):
    @property
    def tag(self):
        return "property"

    @tag.setter
    def tag(self, value):
        self.__dict__["hidden"] = value


def tags(things):
    return [t.tag for t in things for _ in range(300)][::300]


print(tags([Base("x", 1), Left("y", 2), Right("z", 3)]))
print(tags([Shadow("w", 1), Base("x", 1)]), Shadow("w", 1).hidden)


# Recursion built into itself: tracebacks show every call.
def down(n, stop):
    if n == stop:
        raise ValueError(n)
    if n == 0:
        return 0
    return down(n - 1, stop) + down(n - 2 if n > 1 else 0, stop)


print(down(15, -1))
try:
    down(6, 2)
except ValueError as e:
    frames = traceback.extract_tb(e.__traceback__)
    print([f.name for f in frames], frames[-1].line)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


for _ in range(300):
    depth(20)
try:
    depth(10**6)
except RecursionError as e:
    print(type(e).__name__, e)
sys.setrecursionlimit(60_000)
print(depth(50_000))
sys.setrecursionlimit(1000)


# Who looks at the frames of calls that are built in sees them.
def look(n):
    return [f"{sys._getframe(k).f_code.co_name}:{sorted(sys._getframe(k).f_locals)}" for k in range(1, 3)] if n else None


def inner(x, n):
    y = x + 1
    return look(n), y


def outer(n):
    z = n * 2
    return inner(z, n)


for _ in range(2000):
    outer(0)
print(outer(5))


# Closures called straight away; their cells change.
def make(start):
    state = start

    def step(by):
        nonlocal state
        state += by
        return state

    def twice(by):
        step(by)
        return step(by)

    return step, twice


step, twice = make(10)
print([twice(k) for k in range(400)][-1], step(0))
step2, twice2 = make("s")
print(twice2("t"))


# A function that deletes its own name while it runs.
def gone(n):
    global gone
    if n == 0:
        kept = gone
        del gone
        return kept.__name__
    return gone(n - 1)


def last(n):
    return "back" if n == 0 else last(n - 1)


for _ in range(300):
    last(5)
first_last = last


def last(n):
    return "new", n


print(first_last(3), gone(3), "gone" in globals())


# Truths of all kinds at one place.
def truths(values):
    return sum(1 for v in values if v), [bool(v) for v in values]


def branch(v):
    if v:
        return 1
    return 0


for v in [True] * 300 + [None] * 300 + [0, 1, 2**70, 0.0, -0.0, 1.5, "", "x", [], [0], (), {}]:
    branch(v)
print([branch(v) for v in [True, False, None, 0, 1, -1, 2**70, 0.0, 2.5, "", "x", [], [0]]])


# Finding by identity; equality that counts its calls.
class Counting:
    calls = 0

    def __eq__(self, other):
        Counting.calls += 1
        return NotImplemented

    __hash__ = None


row = [Base(k, k) for k in range(5)] + [Counting()]
print([row.index(x) for x in row], Counting.calls)
try:
    row.index(Base(0, 0))
except ValueError as e:
    print(e, Counting.calls)
