"""Largest singular value of an infinite matrix's n by n corner: small calls and float lists."""

DEFAULT, SHORT, CHECK = 690, 310, 12


def entry(i, j):
    s = i + j
    return 1.0 / (s * (s + 1) // 2 + i + 1)


def times(v):
    result = []
    for i in range(len(v)):
        total = 0.0
        for j in range(len(v)):
            total += entry(i, j) * v[j]
        result.append(total)
    return result


def transposed_times(v):
    result = []
    for i in range(len(v)):
        total = 0.0
        for j in range(len(v)):
            total += entry(j, i) * v[j]
        result.append(total)
    return result


def run(n):
    u = [1.0] * n
    v = u
    for _ in range(10):
        v = transposed_times(times(u))
        u = transposed_times(times(v))
    up = down = 0.0
    for a, b in zip(u, v):
        up += a * b
        down += b * b
    return f"{(up / down) ** 0.5:.9f}"


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
