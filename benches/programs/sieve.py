"""Primes below n and below smaller bounds by crossing out in a list, one element at a time."""

DEFAULT, SHORT, CHECK = 5600000, 1300000, 1000


def primes_below(n):
    alive = [True] * n
    count = 0
    last = 0
    number = 2
    while number < n:
        if alive[number]:
            count += 1
            last = number
            multiple = number * number
            while multiple < n:
                alive[multiple] = False
                multiple += number
        number += 1
    return count, last


def run(n):
    result = None
    for size in (n, n // 2, n - 1, n // 3, n - 7):
        result = primes_below(size)
    return result


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
