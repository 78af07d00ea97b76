"""A tour of the language: run it with `cargo run --release -- examples/tour.py`."""


class Account:
    """Money, and what moves it."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.log = []

    def __repr__(self):
        return f"{type(self).__name__}({self.owner!r}, {self.balance:,})"

    @property
    def rich(self):
        return self.balance > 1_000

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(f"cannot deposit {amount}")
        self.balance += amount
        self.log.append(("deposit", amount))
        return self


class Savings(Account):
    rate = 0.05

    def grow(self, years):
        for _ in range(years):
            self.deposit(self.balance * self.rate)
        return self


def traced(function):
    """A decorator that counts calls."""
    calls = 0

    def wrapper(*args, **kwargs):
        nonlocal calls
        calls += 1
        wrapper.calls = calls
        return function(*args, **kwargs)

    return wrapper


@traced
def collatz(n):
    """Yields the steps from n down to 1."""
    while n != 1:
        yield n
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    yield 1


def describe(value):
    match value:
        case [] | {}:
            return "nothing in it"
        case [first, *rest]:
            return f"a list: {first} and {len(rest)} more"
        case {"kind": str(kind), **others}:
            return f"a {kind} with {sorted(others)}"
        case int() | float() if value < 0:
            return "a negative number"
        case Account(owner=name, balance=money):
            return f"the account of {name}: {money:.2f}"
        case _:
            return f"something else: {value!r}"


def main():
    ada = Savings("Ada", 1000).grow(3)
    print(ada, ada.rich, [kind for kind, _ in ada.log])

    longest = max((len(list(collatz(n))), n) for n in range(1, 1000))
    print("longest Collatz run below 1,000:", longest, "calls:", collatz.calls)

    for value in ([], [1, 2, 3], {"kind": "circle", "r": 2}, -1.5, ada, "text"):
        print("-", describe(value))

    words = "the quick brown fox jumps over the lazy dog the end".split()
    counts = {word: words.count(word) for word in words}
    print({w: n for w, n in sorted(counts.items(), key=lambda p: (-p[1], p[0]))[:3]})

    try:
        ada.deposit(-5)
    except ValueError as error:
        print("refused:", error)
    finally:
        print("big numbers are exact:", 2**100 % 10**9, 7**77 // 10**50)

    if (total := sum(n * n for n in range(10))) > 200:
        print(f"{total=}")


if __name__ == "__main__":
    main()
