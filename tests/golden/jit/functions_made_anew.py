"""Functions that die and are made anew, often at the same address, with other cells and other globals."""

from types import FunctionType


def make(number):
    items = [number]

    def callback(value):
        return items[0] + value

    return callback


def call(function, value):
    return function(value)


def call_new(number):
    return make(number)(number)


total = 0
for number in range(20_000):
    total += call(make(number), 1)
    total += call_new(number)
print(total)


class Events:
    def __init__(self):
        self.callbacks = []

    def run(self):
        for callback in self.callbacks:
            callback(self)


class Source:
    def __init__(self, events, seen):
        def done(which):
            seen.append(which is events)

        events.callbacks.append(done)


good = bad = 0
for number in range(5_000):
    seen = []
    events = Events()
    Source(events, seen)
    Source(events, seen)
    events.run()
    good += sum(seen)
    bad += len(seen) - sum(seen)
print(good, bad)


def named():
    return NAME


total = 0
for number in range(20_000):
    function = FunctionType(named.__code__, {"NAME": number})
    total += (lambda f: f())(function)
    del function
print(total)


class Slot:
    """Replaces the callback while it runs."""

    def __init__(self, value):
        def callback():
            self.callback = None
            return value

        self.callback = callback


def run(slot):
    return slot.callback()


total = 0
for number in range(20_000):
    total += run(Slot(number))
print(total)


def make_logger(number):
    items = [number]

    def log(value):
        # Too long to become part of its callers.
        a = value + 1
        b = a * 2
        c = b - a
        d = c + value
        e = d * 3
        f = e - b
        g = f + c
        h = g - d
        i = h + e
        j = i - f
        k = j + g
        l = k - h
        m = l + i
        n = m - j
        o = n + k
        p = o - l
        q = p + m
        r = q - n
        s = r + o
        t = s - p
        if t > 1 << 40:
            raise OverflowError
        return items[0] + len(items)

    return log


def call(function, value):
    return function(value)

total = 0
for number in range(20_000):
    total += call(make_logger(number), 1)
print(total)
