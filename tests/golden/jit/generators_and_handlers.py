"""Compiled generators' bodies, handlers inside compiled code, unpacking over live registers."""


def numbers(n):
    index = 0
    while index < n:
        got = yield index
        if got:
            index += got
        index += 1
    return "end"


def pairs(source):
    for item in source:
        yield item, item * 1.5


def delegating(n):
    result = yield from numbers(n)
    yield result


def total(n):
    out = 0.0
    for a, b in pairs(numbers(n)):
        out += a + b
    return out


for _ in range(30):
    total(100)
print(total(1000))
print([x for x in delegating(500)][-3:])

g = numbers(10**6)
next(g)
print([g.send(3) for _ in range(400)][-2:], g.close())


def careful(n):
    done = []
    try:
        for index in range(n):
            try:
                yield 100 // (index % 7)
            except ZeroDivisionError:
                done.append(index)
                yield -1
    finally:
        done.append("closed")
        print(len(done), done[-1])


print(sum(careful(700)))
g = careful(700)
for _ in range(600):
    last = next(g)
try:
    g.throw(KeyError("thrown"))
except KeyError as error:
    print("out", error)


class Signal(Exception):
    def __init__(self, number):
        super().__init__(number)
        self.number = number


def check(number):
    if number % 3 == 0:
        raise Signal(number)
    return number


def count(n):
    good = bad = other = 0
    for number in range(n):
        try:
            good += check(number)
        except Signal as error:
            bad += error.number
        else:
            other += 1
        finally:
            other += 2
    return good, bad, other


print(count(3000))


def contexts(n):
    last = None
    for number in range(n):
        try:
            try:
                [][number]
            except IndexError as error:
                raise Signal(number) from error
        except Signal as error:
            last = error
    return type(last.__cause__).__name__, last.__context__ is last.__cause__, last.number


print(contexts(1000))


def rotate(n):
    a, b, c = 1, 2.5, "x"
    for number in range(n):
        a, b, c = b, c, a
        (a, b), c = (b, a), c
        [d, e] = [c, number]
    return a, b, c, d, e


print(rotate(1001))


def maybe(n):
    for number in range(n):
        if number > n - 3:
            try:
                print(late)
            except UnboundLocalError as error:
                print(error)
        if number == n - 2:
            late = number
    return late


print(maybe(600))


def overflow(n):
    value = 1
    for number in range(n):
        value = value * 3 + number
        if value > 10**25:
            value = value % 1009
    return value


print(overflow(2000))


def mixed(items):
    out = 0
    for item in items:
        out = out + item
    return out


print(mixed([1] * 500 + [0.5] * 500 + [10**20] * 3), mixed([2] * 300))


def lists(n):
    work = []
    for number in range(n):
        work.append(number)
        if len(work) > 50:
            work.pop()
            work[0] = work[-1]
            work[:3] = work[1:4]
    return len(work), sum(work), max(3, len(work)), min(n, 7), abs(-n)


print(lists(2000))


def instances(items):
    found = [0, 0, 0]
    for item in items:
        if isinstance(item, bool):
            found[0] += 1
        elif isinstance(item, int):
            found[1] += 1
        elif isinstance(item, str) and item in {"a", "b"}:
            found[2] += 1
    return found


print(instances([1, True, "a", "c", 2.0, None] * 200))
