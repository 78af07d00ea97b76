"""`x = f(x)` where `f` gives its argument back: the only reference there is."""


class Item:
    def __init__(self, number):
        self.number = number


def same(item):
    return item


def changed(item):
    if item.number % 2:
        item.number += 1
    return item


def choose(item, other):
    return item if item.number > 5 else other


def run(number, function):
    item = Item(number)
    item = same(item)
    item = changed(item)
    item = same(item)
    other = [item.number] * 3
    if function is not None:
        item = function(item)
    item = choose(item, item)
    return item.number + len(other)


total = 0
for number in range(20_000):
    total += run(number, None if number % 3 else changed)
print(total)


def strip(text):
    return text


def words(text):
    text = strip(text + "x")
    more = text + "y"
    text = strip(text)
    return len(text) + len(more)


print(sum(words("a" * (n % 7)) for n in range(20_000)))
