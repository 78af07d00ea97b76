"""The towers of Hanoi with n discs as linked objects: recursion and attribute stores."""

DEFAULT, SHORT, CHECK = 23, 21, 6


class Disc:
    def __init__(self, size, below):
        self.size = size
        self.below = below


class Towers:
    def __init__(self, height):
        self.tops = [None, None, None]
        self.moves = 0
        for size in range(height, 0, -1):
            self.push(0, Disc(size, None))

    def push(self, peg, disc):
        top = self.tops[peg]
        if top is not None and top.size <= disc.size:
            raise ValueError("a larger disc on a smaller one")
        disc.below = top
        self.tops[peg] = disc

    def pop(self, peg):
        top = self.tops[peg]
        if top is None:
            raise IndexError("no disc on this peg")
        self.tops[peg] = top.below
        top.below = None
        return top

    def move(self, discs, source, target):
        if discs == 1:
            self.push(target, self.pop(source))
            self.moves += 1
            return
        other = 3 - source - target
        self.move(discs - 1, source, other)
        self.move(1, source, target)
        self.move(discs - 1, other, target)


def run(n):
    towers = Towers(n)
    towers.move(n, 0, 2)
    return towers.moves, towers.tops[0] is None, towers.tops[2].size


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
