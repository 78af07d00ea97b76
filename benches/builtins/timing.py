"""How the built-ins are timed: each statement in a loop of its own, the shortest of several runs."""

from time import process_time

BODY = "def timed(count):\n    for _ in range(count):\n"
UNROLLED = 8


def measure(group, setup, statements, budget=0.02, repeats=5):
    """Prints `group.name nanoseconds` for each of the named statements."""
    for name, statement in statements.items():
        names = {}
        exec(setup, names)
        line = "        " + statement.replace("\n", "\n        ") + "\n"
        exec(BODY + line * UNROLLED, names)
        timed = names["timed"]
        count = 1
        while True:
            start = process_time()
            timed(count)
            spent = process_time() - start
            if spent > budget / 4:
                break
            count *= 4
        count = max(1, int(count * budget / spent))
        best = spent = float("inf")
        for _ in range(repeats):
            start = process_time()
            timed(count)
            spent = process_time() - start
            best = min(best, spent)
        print(f"{group}.{name} {best / (count * UNROLLED) * 1e9:.2f}", flush=True)
