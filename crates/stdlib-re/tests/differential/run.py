"""Runs the cases of cases.py with _sre alone and prints what it gives."""

import _sre
import sys


def show(match):
    if match is None:
        return None
    return match.regs, match.lastindex, match.lastgroup


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__, str(error)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.readlines()
    for number, line in enumerate(lines):
        pattern, flags, code, groups, index, names, subjects = eval(line)
        p = _sre.compile(pattern, flags, code, groups, index, names)
        for s in subjects:
            n = len(s)
            print(number, ascii(pattern), flags, ascii(s))
            print(" m", show(p.match(s)), show(p.match(s, 1)), show(p.match(s, 0, n - 1)))
            print(" f", show(p.fullmatch(s)), show(p.fullmatch(s, 1)))
            print(" s", show(p.search(s)), show(p.search(s, 1)), show(p.search(s, 2, n - 1)))
            print(" a", ascii(p.findall(s)), ascii(p.split(s)), ascii(p.split(s, 1)))
            print(" i", [m.span() for m in p.finditer(s)])
            x = "x" if isinstance(s, str) else b"x"
            print(" r", ascii(p.subn(x, s)), ascii(p.sub(lambda m: m[0] + x, s, 2)))
            scanner = p.scanner(s)
            print(" c", [show(m) for m in iter(scanner.match, None)])


main()
