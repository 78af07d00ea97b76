"""Most prefix reversals over all permutations of n: list slices and integer loops."""

DEFAULT, SHORT, CHECK = 10, 9, 6


def run(n):
    order = list(range(n))
    count = [0] * n
    best = 0
    checksum = 0
    sign = 1
    while True:
        first = order[0]
        if first:
            work = order[:]
            flips = 0
            while first:
                work[: first + 1] = work[first::-1]
                flips += 1
                first = work[0]
            if flips > best:
                best = flips
            checksum += sign * flips
        # The next permutation: swap two, or rotate a longer prefix.
        if sign == 1:
            order[0], order[1] = order[1], order[0]
            sign = -1
            continue
        order[1], order[2] = order[2], order[1]
        sign = 1
        place = 2
        while True:
            count[place] += 1
            if count[place] <= place:
                break
            count[place] = 0
            if place == n - 1:
                return checksum, best
            place += 1
            order[: place + 1] = order[1 : place + 1] + order[:1]


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
