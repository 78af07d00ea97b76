"""Numbers flowing through a chain of generators, one generator expression and one coroutine."""

DEFAULT, SHORT, CHECK = 7300000, 1500000, 100


def numbers(n):
    index = 0
    while index < n:
        yield index
        index += 1


def keep(source, predicate):
    for item in source:
        if predicate(item):
            yield item


def pairs(source):
    for item in source:
        yield item, item * item % 97


def chunks(source, size):
    chunk = []
    for item in source:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def flatten(source):
    for chunk in source:
        yield from chunk


def averager():
    total = count = 0
    while True:
        value = yield total // count if count else 0
        total += value
        count += 1


def run(n):
    mean = averager()
    next(mean)
    stream = flatten(chunks(pairs(keep(numbers(n), lambda item: item % 3)), 8))
    result = 0
    last = 0
    for value in (a + b for a, b in stream):
        last = mean.send(value)
        result = (result * 31 + value) % 1000003
    mean.close()
    return result, last


def main():
    import sys

    mode = sys.argv[1] if len(sys.argv) > 1 else "check"
    if mode == "check":
        print(run(CHECK))
    elif mode == "once":
        print(run(DEFAULT))
    elif mode == "best":
        import time

        for _ in range(int(sys.argv[2])):
            start = time.perf_counter()
            run(SHORT)
            print(time.perf_counter() - start)
    else:
        raise SystemExit("usage: check | once | best K")


if __name__ == "__main__":
    main()
