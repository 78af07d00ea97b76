"""Calls that compiled code builds into their callers: frames, tracebacks, finalisers, recursion, deletion."""
import sys


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def total(self):
        return self.x + self.y

    def scaled(self, by):
        return Point(self.x * by, self.y * by)

    def fail(self, at):
        if self.x == at:
            raise ValueError(f"at {at}")
        return self.x


class Other:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    total = Point.total

    def fail(self, at):
        return at


def sums(items):
    result = 0
    for item in items:
        result += item.total()
    return result


print(sums([Point(n, 1) for n in range(500)]))
print(sums([Point(n, 1) if n % 3 else Other(n, 2.5) for n in range(500)]))


def names(n):
    frame = sys._getframe(n)
    out = []
    while frame is not None:
        out.append(frame.f_code.co_name)
        frame = frame.f_back
    return out


def inner(value):
    if value == 777:
        return names(0)
    return value


def middle(value):
    local = value * 2
    return inner(local - value)


def outer(n):
    last = None
    for value in range(n):
        last = middle(value)
    return last


print(outer(778)[:4])


def locate(items, at):
    caught = 0
    for item in items:
        try:
            item.fail(at)
        except ValueError as error:
            tb = error.__traceback__
            lines = []
            while tb is not None:
                lines.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
                tb = tb.tb_next
            caught += 1
            if caught == 3:
                return lines, sorted(tb for tb in [error.args])
    return caught


print(locate([Point(n % 100, 0) for n in range(300)], 50))
print(locate([Other(n % 100, 0) for n in range(300)], 50))

log = []


class Noisy:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append((self.n, sys._getframe(1).f_code.co_name))


class Holder:
    def __init__(self):
        self.item = None

    def put(self, item):
        self.item = item
        return len(log)


def replace(n):
    holder = Holder()
    seen = []
    for number in range(n):
        seen.append(holder.put(Noisy(number)))
    return seen


seen = replace(300)
print(seen[:3], seen[-3:], log[:2], log[-2], len(log))


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def across(n):
    return back(n - 1) + 1 if n else 0


def back(n):
    return across(n)


for _ in range(200):
    down(20)
    across(20)
for f in (down, across):
    try:
        f(10**6)
        print("no limit")
    except RecursionError as error:
        print(type(error).__name__)
print(down(300), across(300))


def swap_class(n):
    class Thing:
        def value(self):
            return 1

    thing = Thing()
    out = 0
    for number in range(n):
        if number == n - 10:
            Thing.value = lambda self: 100
        out += thing.value()
    del Thing.value
    try:
        thing.value()
    except AttributeError as error:
        return out, str(error)


print(swap_class(1000))


def code_change(n):
    def f(x):
        return x + 1

    def g(x):
        return x + 1000

    out = 0
    for number in range(n):
        if number == n - 5:
            f.__code__ = g.__code__
        out += f(number)
    return out


print(code_change(1000))
