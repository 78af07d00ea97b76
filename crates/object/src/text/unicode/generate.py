"""Writes tables.rs: what `str` must know of each code point.

Run with a CPython whose unicodedata has the wanted Unicode version:
    python3.14 generate.py > tables.rs
"""

import sys
import unicodedata

FLAGS = ["ALPHA", "DECIMAL", "DIGIT", "NUMERIC", "SPACE", "LOWER", "UPPER", "TITLE",
         "PRINTABLE", "ID_START", "ID_CONTINUE", "CASE_IGNORABLE"]
LIMIT = 0x110000


def record(n, special):
    c = chr(n)
    final = ("A" + c + "\u03a3").lower()[-1] == "\u03c2"
    cased = ("1" + c + "\u03a3").lower()[-1] == "\u03c2"
    values = [c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.isspace(), c.islower(), c.isupper(),
              c.istitle() and not c.isupper(), c.isprintable(), c.isidentifier(), ("a" + c).isidentifier(),
              final and not cased]
    flags = sum(1 << i for i, v in enumerate(values) if v)
    deltas = []
    for kind, text in enumerate([c.upper(), c.lower(), c.title(), c.casefold()]):
        if n == 0x3A3 and kind == 1:
            text = "\u03c3"
        if len(text) == 1:
            deltas.append(ord(text) - n)
        else:
            special.append((n, kind, text))
            deltas.append(0)
            flags |= 1 << (12 + kind)
    return (flags, *deltas, unicodedata.decimal(c, 255) if c.isdecimal() else 255)


def numbers(name, ty, values):
    print(f"pub static {name}: [{ty}; {len(values)}] = [")
    for i in range(0, len(values), 24):
        print("    " + ", ".join(map(str, values[i:i + 24])) + ",")
    print("];")


def shared_blocks(values, size):
    blocks, index = {}, []
    for i in range(0, len(values), size):
        index.append(blocks.setdefault(tuple(values[i:i + size]), len(blocks)))
    return index, [v for block in blocks for v in block]


def main():
    special, records, by_point = [], {}, []
    for n in range(LIMIT):
        by_point.append(records.setdefault(record(n, special), len(records)))
    pages, leaves = shared_blocks(by_point, 64)
    top, middle = shared_blocks(pages, 32)
    print(f"//! Properties of code points, Unicode {unicodedata.unidata_version}. Written by generate.py.")
    print()
    print("use super::Record;")
    print()
    for i, name in enumerate(FLAGS):
        print(f"pub const {name}: u16 = 1 << {i};")
    print()
    print(f"pub static RECORDS: [Record; {len(records)}] = [")
    for flags, *deltas, decimal in records:
        print(f"    Record {{ flags: {flags}, case: {deltas}, decimal: {decimal} }},")
    print("];")
    numbers("TOP", "u8" if max(top) < 256 else "u16", top)
    numbers("MIDDLE", "u16", middle)
    numbers("LEAVES", "u16", leaves)
    print("/// Case mappings to several characters: code point, kind (upper, lower, title, fold), text.")
    print(f"pub static SPECIAL: [(u32, u8, &str); {len(special)}] = [")
    for n, kind, text in special:
        escaped = "".join(f"\\u{{{ord(c):x}}}" for c in text)
        print(f'    ({n}, {kind}, "{escaped}"),')
    print("];")


sys.stdout.reconfigure(encoding="utf-8")
main()
