"""Words of a made-up text counted in dicts and sorted: hashing, lookups, tuples."""

DEFAULT, SHORT, CHECK = 3300000, 650000, 500

PARTS = ("ta", "ro", "mi", "ke", "lu", "po", "sha", "ne", "vi", "do")


def vocabulary():
    return [a + b + c for a in PARTS for b in PARTS for c in PARTS]


def words(n):
    known = vocabulary()
    seed = 7
    for _ in range(n):
        seed = (seed * 16807) % 2147483647
        yield known[(seed % 1000) * (seed // 1000 % 1000) // 1000]


def run(n):
    counts = {}
    pairs = {}
    lengths = {}
    previous = ""
    for word in words(n):
        counts[word] = counts.get(word, 0) + 1
        key = (previous[:2], word[:2])
        if key in pairs:
            pairs[key] += 1
        else:
            pairs[key] = 1
        lengths.setdefault(len(word), set()).add(word)
        previous = word
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:3]
    best = max(pairs.items(), key=lambda item: (item[1], item[0]))
    return len(counts), top, len(pairs), best, {size: len(kinds) for size, kinds in sorted(lengths.items())}


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
