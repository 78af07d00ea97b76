"""Writes cases for run.py, with CPython: patterns compiled to codes, and subjects.

    python3.14 cases.py SEED COUNT CPYTHON_TEST_FOLDER > cases.txt
    python3.14 run.py cases.txt > expected; taipan run.py cases.txt > got; diff expected got

The patterns are those of CPython's re_tests.py and random ones.
"""

import random
import re
import sys
import warnings
from re import _compiler, _parser

warnings.simplefilter("ignore")


def codes(pattern, flags):
    parsed = _parser.parse(pattern, flags)
    code = [int(c) for c in _compiler._code(parsed, flags)]
    state = parsed.state
    names = [None] * state.groups
    for name, index in state.groupdict.items():
        names[index] = name
    return int(flags | state.flags), code, state.groups - 1, dict(state.groupdict), tuple(names)


class Generator:
    def __init__(self, rng, letters):
        self.rng, self.letters, self.groups, self.open = rng, letters, 0, []

    def atom(self, depth):
        r = self.rng
        kind = r.randrange(22)
        if kind < 8 or depth > 4:
            return re.escape(r.choice(self.letters))
        if kind < 10:
            return r.choice([".", r"\w", r"\d", r"\s", r"\W", r"\S", r"\D"])
        if kind == 10:
            items = "".join(r.choice(self.letters) for _ in range(r.randrange(1, 4)))
            items = re.escape(items) + r.choice(["", "", r"\w", r"\s", "a-c", "А-я"])
            return "[" + r.choice(["", "^"]) + items + "]"
        if kind == 11:
            return r.choice([r"\b", r"\B", "^", "$", r"\A", r"\Z"])
        if kind < 15:
            self.groups += 1
            index = self.groups
            self.open.append(index)
            body = self.alternatives(depth + 1)
            self.open.remove(index)
            return "(" + body + ")"
        if kind == 15:
            return "(?:" + self.alternatives(depth + 1) + ")"
        if kind == 16:
            return r.choice(["(?=", "(?!"]) + self.alternatives(depth + 1) + ")"
        if kind == 17:
            return r.choice(["(?<=", "(?<!"]) + re.escape(r.choice(self.letters)) + ")"
        if kind == 18:
            return "(?>" + self.alternatives(depth + 1) + ")"
        closed = [g for g in range(1, self.groups + 1) if g not in self.open]
        if not closed:
            return re.escape(r.choice(self.letters))
        if kind == 19:
            return "(?(%d)%s|%s)" % (r.choice(closed), self.sequence(depth + 1), self.sequence(depth + 1))
        return r"(?:\%d)" % r.choice(closed)

    def sequence(self, depth):
        out = ""
        for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3])):
            atom = self.atom(depth)
            if self.rng.random() < 0.4 and atom not in ("^", "$", r"\b", r"\B", r"\A", r"\Z"):
                atom += self.rng.choice(["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{3}"]) + self.rng.choice(
                    ["", "", "?", "+"])
            out += atom
        return out

    def alternatives(self, depth=0):
        return "|".join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = random.Random(seed)
    sys.path.insert(0, folder)
    import re_tests

    done = 0
    for case in re_tests.tests:
        pattern, subject = case[0], case[1]
        for flags in (0, re.I, re.A, re.M | re.S):
            try:
                print(repr((pattern, *codes(pattern, flags), [subject, subject + "Ж", subject.upper() + "😀"])))
            except (re.PatternError, OverflowError, ValueError):
                continue
    alphabets = ["ab", "abc1 ", "aAbB\n", "aйЙЖ", "a😀b", "kKſsSK", "éÉßẞx", "aİiıI"]
    while done < count:
        letters = rng.choice(alphabets)
        pattern = Generator(rng, letters).alternatives()
        flags = rng.choice([0, 0, 0, re.I, re.I, re.A | re.I, re.M, re.S, re.A])
        if rng.random() < 0.15:
            pattern, letters = pattern.encode("utf-8"), "ab1 "
            if rng.random() < 0.3:
                flags = re.L | re.I
        try:
            compiled = codes(pattern, flags)
        except (re.PatternError, OverflowError, ValueError, RecursionError):
            continue
        subjects = ["".join(rng.choice(letters) for _ in range(rng.randrange(0, 9))) for _ in range(3)]
        if isinstance(pattern, bytes):
            subjects = [s.encode("utf-8") for s in subjects]
        print(repr((pattern, *compiled, subjects)))
        done += 1


main()
