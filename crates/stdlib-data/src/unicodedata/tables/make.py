"""Writes the tables of this folder. Run with a Python that has Unicode 16: python3.14 make.py

runs-16.0.txt, runs-3.2.txt: first code point of a run, category, bidirectional class, width, mirrored
decompositions.txt: code point, what it decomposes to (without Hangul syllables, which follow a rule)
numbers.txt, numbers-3.2.txt: code point, decimal, digit, numeric ("-" for none); the second has what differs
corrections-3.2.txt: code point, the code point that it decomposed to in Unicode 3.2
"""

import os
import unicodedata as new

old = new.ucd_3_2_0
here = os.path.dirname(os.path.abspath(__file__))
ALL = [chr(c) for c in range(0x110000)]


def write(name, lines):
    with open(os.path.join(here, name), "w") as file:
        file.writelines(line + "\n" for line in lines)


def runs(db):
    last = None
    for c in ALL:
        row = f"{db.category(c)} {db.bidirectional(c) or '-'} {db.east_asian_width(c)} {db.mirrored(c)}"
        if row != last:
            yield f"{ord(c):X} {row}"
            last = row


def values(db, c):
    return " ".join(str(get(c, "-")) for get in (db.decimal, db.digit, db.numeric))


write("runs-16.0.txt", runs(new))
write("runs-3.2.txt", runs(old))
write("numbers.txt", (f"{ord(c):X} {values(new, c)}" for c in ALL if values(new, c) != "- - -"))
write("numbers-3.2.txt", (f"{ord(c):X} {values(old, c)}" for c in ALL
                          if values(old, c) != values(new, c)))
write("decompositions.txt", (f"{ord(c):X};{new.decomposition(c)}" for c in ALL
                              if new.decomposition(c) and not "\uAC00" <= c <= "\uD7A3"))
write("corrections-3.2.txt", (
    f"{ord(c):X} {ord(old.normalize('NFD', c)):X}" for c in ALL
    if old.category(c) != "Cn" and old.normalize("NFD", c) != new.normalize("NFD", c)))
