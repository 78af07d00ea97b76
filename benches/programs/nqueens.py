"""Queens on n boards of 8, 9 and 10 lines in turn, placed by recursive generators over sets of taken lines."""

DEFAULT, SHORT, CHECK = 114, 23, 1


def place(n, row, columns, rising, falling, chosen):
    if row == n:
        yield tuple(chosen)
        return
    for column in range(n):
        if column in columns or row + column in rising or row - column in falling:
            continue
        columns.add(column)
        rising.add(row + column)
        falling.add(row - column)
        chosen.append(column)
        yield from place(n, row + 1, columns, rising, falling, chosen)
        chosen.pop()
        columns.remove(column)
        rising.remove(row + column)
        falling.remove(row - column)


def run(n):
    count = 0
    weight = 0
    for board in range(n):
        for solution in place(8 + board % 3, 0, set(), set(), set(), []):
            count += 1
            weight += solution[0] * solution[-1]
    return count, weight


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
