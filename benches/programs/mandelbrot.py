"""Points of the Mandelbrot set on an n by n grid: float arithmetic in nested loops."""

DEFAULT, SHORT, CHECK = 950, 420, 24


def escape(cr, ci, limit):
    zr = zi = 0.0
    for step in range(limit):
        rr = zr * zr
        ii = zi * zi
        if rr + ii > 4.0:
            return step
        zi = 2.0 * zr * zi + ci
        zr = rr - ii + cr
    return limit


def run(n):
    inside = 0
    total = 0
    for row in range(n):
        ci = 2.0 * row / n - 1.0
        for column in range(n):
            steps = escape(3.0 * column / n - 2.0, ci, 100)
            total += steps
            if steps == 100:
                inside += 1
    return inside, total


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
