"""Full binary trees up to depth n, built, walked and dropped: allocation and release."""

DEFAULT, SHORT, CHECK = 15, 14, 6


class Node:
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        if self.left is None:
            return 1
        return 1 + self.left.count() + self.right.count()


def build(depth):
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def run(n):
    keep = build(n)
    results = []
    for depth in range(4, n + 1, 2):
        trees = 1 << (n - depth + 4)
        nodes = 0
        for _ in range(trees):
            nodes += build(depth).count()
        results.append((depth, trees, nodes))
    return results, keep.count()


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
