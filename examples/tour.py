"""A tour of the language: a day in a tea shop. `cargo run --release -- examples/tour.py`"""


def record(cls):
    """A class decorator: a constructor, `repr` and patterns from the annotations."""
    fields = cls.__match_args__ = tuple(cls.__annotations__)

    def __init__(self, *args, **kwargs):
        vars(self).update({**dict(zip(fields, args)), **kwargs})

    cls.__init__ = __init__
    cls.__repr__ = lambda self: f"{cls.__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in fields)})"
    return cls


@record
class Order:
    buyer: str
    tea: str
    grams: int = 100


class OutOfStock(Exception):
    def __init__(self, tea, missing):
        super().__init__(f"{tea}: {missing} g short")
        self.missing = missing


def counted(function):
    """A decorator with state of its own."""
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)
    wrapper.calls = 0
    return wrapper


class Shop:
    prices = {"assam": 4, "sencha": 7, "oolong": 9}  # cents a gram

    def __init__(self, **stock):
        self.stock, self._cents = stock, 0

    @property
    def till(self):
        return f"{self._cents / 100:,.2f}"

    @counted
    def handle(self, event):
        match event:
            case Order(tea=tea) if tea not in self.prices:
                return f"no {tea} here, never was"
            case Order(buyer, tea, grams) if (left := self.stock.get(tea, 0) - grams) >= 0:
                self.stock[tea] = left
                self._cents += (paid := grams * self.prices[tea])
                return f"{buyer} pays {paid / 100:.2f} for {grams} g of {tea}"
            case Order(tea=tea):
                raise OutOfStock(tea, -left)
            case [first, *rest]:
                return [self.handle(first), *(self.handle(e) for e in rest)]
            case {"note": str(text), **others}:
                return f"note {text!r} with {sorted(others)}"
            case _:
                return f"what is {event!r}?"


def serve(shop, events):
    """A generator: hands out what happened, one event at a time, and fails at the end."""
    trouble = []
    for number, event in enumerate(events, start=1):
        try:
            yield number, shop.handle(event)
        except OutOfStock as error:
            trouble.append(error)
            yield number, f"refused {event} ({error})"
    if trouble:
        raise ExceptionGroup("a hard day", trouble)


def day(shop, events):
    try:
        yield from serve(shop, events)
    except* OutOfStock as group:
        yield "!", f"{group.message}: {sum(e.missing for e in group.exceptions)} g short in all"
    finally:
        yield "=", f"till {shop.till}, left {({t: g for t, g in shop.stock.items() if g})}"


def primes():
    """All of them: composites are remembered until they are reached."""
    factors, n = {}, 2
    while True:
        for p in (found := factors.pop(n, [])):
            factors.setdefault(n + p, []).append(p)
        if not found:
            yield n
            factors[n * n] = [n]
        n += 1


if __name__ == "__main__":
    events = [Order("Ada", "assam"), Order("Bo", "sencha", grams=120), Order("Cy", "sencha"), Order("Di", "cocoa"),
              [Order("Ed", "assam", 250), "a question"], {"note": "closing soon", "hour": 18}, 3 + 4j, Order("Flo", "oolong", 5)]
    for mark, what in day(Shop(assam=500, sencha=150), events):
        print(f"{mark:>2} {what}")
    first, *_, last = (p for p, _ in zip(primes(), range(2_000)))
    words = {*"the quick brown fox jumps over the lazy dog".split()}
    print(f"{Shop.handle.calls=} {first=} {last=:,} {sorted(words, key=lambda w: (-len(w), w))[:3]}")
    print(f"{7**77 % 10**9 = }, {2 / 3:.3e}, {'ß'.upper()}, {0.1 + 0.2}, {[*map(hex, b'tea')]}")
