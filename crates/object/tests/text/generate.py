"""Writes cases.txt: calls of methods of str, bytes and bytearray with what CPython makes of them.

    python3.14 generate.py > cases.txt

A line has four fields, parted by tabs: operation, receiver, arguments, result. All but the operation are literals.
"""

import _codecs
import ast
import itertools
import random
import sys

random.seed(14)
out = []
TYPES = {"str": str, "bytes": bytes, "bytearray": bytearray}


def run(op, receiver, args):
    if op == "+":
        return receiver + args[0]
    if op == "*":
        return receiver * args[0]
    if op == "%":
        return receiver % args[0]
    if op == "in":
        return args[0] in receiver
    if op == "[]":
        return receiver[args[0]]
    if op in ("<", "<=", "==", "!=", ">", ">="):
        a, b = receiver, args[0]
        return {"<": a.__lt__, "<=": a.__le__, "==": a.__eq__, "!=": a.__ne__, ">": a.__gt__, ">=": a.__ge__}[op](b)
    if op == "repr":
        return repr(receiver)
    if op == "iter":
        return list(receiver)
    if op == "new":
        return TYPES[receiver](*args)
    if op.startswith("mutate:"):
        result = getattr(receiver, op[7:])(*args)
        return (None if result is receiver else result, receiver)
    if op.startswith("codecs:"):
        return getattr(_codecs, op[7:])(receiver, *args)
    if op.startswith("view|"):
        _, form, shape, name = op.split("|")
        view = memoryview(receiver)
        if form:
            view = view.cast(form, ast.literal_eval(shape)) if shape else view.cast(form)
        if name == "==":
            return view == args[0]
        if name == "[]":
            found = view[args[0]]
            return found.tolist() if isinstance(found, memoryview) else found
        if name == "[]=":
            view[args[0]] = args[1]
            return receiver
        if name == "iter":
            return list(view)
        found = getattr(view, name)
        found = found(*args) if callable(found) else found
        return found.tolist() if isinstance(found, memoryview) else found
    if op.startswith("static:"):
        return getattr(TYPES[receiver], op[7:])(*args)
    return getattr(receiver, op)(*args)


def case(op, receiver, *args):
    shown = ascii(receiver)
    try:
        result = ascii(run(op, receiver, args))
    except Exception as e:
        result = f"!{type(e).__name__}: {ascii(str(e))[1:-1]}"
    line = "\t".join([op, shown, ascii(args), result])
    assert "\n" not in line, line
    out.append(line)


TEXTS = ["", "a", "abc", "Hello World", "aXbXc", "  pad\t\n ", "x" * 40, "tab\tb\ttc\n\td", "\xe9t\xe9 \xdcber",
         "\u0391\u03a3\u0391\u03a3 \u03a3", "\u1234a\u1234", "\U0001f600x\U0001f600", "stra\xdfe \u01c5", "a\u2028b\x85c\x1cd\r\ne\rf\n",
         "\ufb03 \u0130 i\u0307", "123", "\u0661\u0662", "\xb2\xbd", "ab12", "-5", "+x", "Title Case Text", "UPPER", "lower", "mIxEd",
         "\u3000x\u3000", "\xa0\xa0", "a" * 3 + "b" * 3 + "a" * 3, "a,b,,c,", ",", ",,", "\ud800\udc80", "q'\"\\\n\x00\x7f\xad", "\u6161" * 4]
SUBS = ["", "a", "X", "b", ",", "\u1234", "\U0001f600", "\xe9", "aa", "World", "bXc", "\u6161\u6161", "\ud800", " "]

for text in TEXTS:
    for name in ("upper lower casefold swapcase capitalize title islower isupper istitle isalpha isalnum isascii isdecimal isdigit"
                 " isnumeric isspace isprintable isidentifier strip lstrip rstrip split rsplit splitlines repr iter expandtabs"
                 " __len__ __sizeof__ encode").split():
        case(name, text)
    case("splitlines", text, True)
    for sub in SUBS:
        for name in "find rfind index count startswith endswith partition rpartition split rsplit removeprefix removesuffix strip in < == >= +".split():
            case(name, text, sub)
        case("replace", text, sub, "\u20ac")
        case("replace", text, sub, "")
        case("replace", text, sub, "yy", 2)
        case("split", text, sub, 1)
        case("rsplit", text, sub, 1)
        case("join", sub, [text, text, "end"])
        case("find", text, sub, 1, -1)
        case("rfind", text, sub, -3)
        case("count", text, sub, 2, 100)
        case("startswith", text, ("zz", sub), 1)
        case("endswith", text, sub, 0, -1)
    for n in (0, 1, 2, -1, 5):
        case("*", text, n)
        case("split", text, None, n)
        case("rsplit", text, None, n)
        case("[]", text, n)
        case("expandtabs", text, n)
    for n in (3, 8, 41, 44):
        for name in "center ljust rjust".split():
            case(name, text, n)
            case(name, text, n, "\u20ac")
        case("zfill", text, n)
    for bounds in itertools.product((None, 0, 1, -2, 9), (None, 2, -1), (None, 1, 2, -1, -3)):
        case("[]", text, slice(*bounds))
    for encoding in ("utf-8", "utf-16", "utf-16", "utf-32", "latin-1", "ascii", "UTF8", "iso-8859-1"):
        for errors in ("strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace", "surrogateescape", "surrogatepass", "nope"):
            case("encode", text, encoding, errors)

for f, args in [("%d", 5), ("%5d|%-5d|%05d|%+d|% d", (1, 2, 3, 4, 5)), ("%s %r %a", ("a", "b", "\xe9")), ("%x %X %o %#x %#o", (255, 255, 8, 255, 8)),
                ("%5.3r|%-5s|%.3d|%#.3x", ("abcde", "b", 5, 10)), ("%c%c", ("\u20ac", 65)), ("%(a)s %(b)d", {"a": 1, "b": 2}), ("%%", ()),
                ("%d", "x"), ("%d", ()), ("%d", (1, 2)), ("%(a)d", 1), ("%(a", {}), ("%", ()), ("%y", 1), ("%\xe9", 1), ("%c", "ab"), ("%c", -1),
                ("%c", 0x110000), ("%x", "a"), ("%*d|%-*d|%.*d", (5, 1, -5, 2, 3, 4)), ("%*d", ("a", 1)), ("%99999999999999999999d", 1),
                ("%.99999999999999999999d", 1), ("a", 1), ("a", {}), ("a", [1]), ("%s %s", 1), ("%ld", 3), ("%lld", 3), ("%5%|", 1), ("%.0s|", "abc"),
                ("%x", -10), ("%08.3x", -10), ("%d", 10**30), ("%x", 10**30), ("%c", b"a"), ("%s", None), ("%i", None), ("%(a(b))s", {"a(b)": 1}),
                ("%05s|%05c|", ("a", "b")), ("%-10.2s|", "abc"), ("%.*s|", (-1, "abc"))]:
    case("%", f, args)
    if f.isascii():
        case("%", f.encode(), args)

for f, args in [("{}", ("a",)), ("{0}{1}{0}", ("a", "b")), ("{:>5}|{:<5}|{:^5}|{:*^7}", ("a", "b", "c", "d")), ("{!r}{!s}{!a}", ("a", "b", "\xe9")),
                ("{{}}", ()), ("{", ()), ("}", ()), ("{}", ()), ("{a}", ()), ("{!}", ("a",)), ("{!x}", ("a",)), ("{!r", ("a",)), ("{!rx}", ("a",)),
                ("{0[}", ("a",)), ("{0[]}", ("a",)), ("{0.}", ("a",)), ("{0[0]b}", ("a",)), ("{0]}", ("a",)), ("{}{0}", ("a",)), ("{0}{}", ("a",)),
                ("{:{}}|", ("a", 5)), ("{:{:{}}}", ("a", 1, 1)), ("{99999999999999999999}", ("a",)), ("{-1}", ("a",)), ("{0[0]}", (["x"],)),
                ("{0[a]}", ({"a": "v"},)), ("{0:.2}", ("abc",)), ("{0:=5}", ("a",)), ("{0:+}", ("a",)), ("{0:,}", ("a",)), ("{0:d}", ("a",)),
                ("{0:#}", ("a",)), ("{0:z}", ("a",)), ("{0: }", ("a",)), ("{0:05}", ("a",)), ("{a{b}}", ("a",)), ("{:{", ("a",)), ("{\u0660}", ("a",)),
                ("\u20ac{}\U0001f600", ("\xe9",)), ("{0!r:>6}", ("a",)), ("{:}}", ("a",)), ("{0[99999999999999999999]}", ("a",))]:
    case("format", f, *args)
for spec in ("", "5", "<5", ">5", "^6", "*^6", ".1", "5.1", "xx", ",", "_", ",,", ",_", ".", ".,", ".3,_", "9" * 30, "\xe9", "\xe9<4", "=5", "+", " ", "z", "#",
             "08", "0=8", "s", "ss", "\u0663", ".\u0661", "1 0", "\x01", "\U0001f600"):
    case("__format__", "ab", spec)
for mapping in ({"a": 1}, {"z": "\u20ac", "b": 2}):
    case("format_map", "{a}{z}", mapping)
case("format_map", "{}", {})
for table in ({97: "xx", 98: None, 99: 100}, {97: 0x110000}, {97: -1}, {0x1234: "z"}, ["q"] * 200, 5):
    case("translate", "abcabc\u1234", table)
for args in (({"a": "b", 99: None},), ("ab", "cd"), ("ab", "cd", "e"), (1,), ({"ab": 1},), ("ab", "c"), (1, "c"), ("a", "c", 1), ("a", 1)):
    case("static:maketrans", "str", *args)
for args in ((), ("a",), (b"a",), (b"a", "utf-8"), (b"\xff", "utf-8"), (b"\xff", "ascii", "replace"), ("a", "utf-8"), (1, "utf-8"), (1, 2),
             (bytearray(b"\xe9"), "latin-1")):
    case("new", "str", *args)
for op, *args in [("+", 1), ("in", 1), ("[]", 9), ("[]", "x"), ("<", 1), ("==", 1), ("join", 1), ("join", [1]), ("join", ["a", b"b"]), ("split", 1),
                  ("split", ""), ("partition", ""), ("partition", 1), ("strip", 1), ("startswith", 1), ("startswith", (1,)), ("center", 5, "ab"),
                  ("center", 5, 1), ("center", "x"), ("zfill", "x"), ("find", 1), ("find", "a", "x"), ("find",), ("replace", "a"), ("replace", 1, ""),
                  ("removeprefix", 1), ("encode", 1), ("encode", "\u20ac"), ("*", 1 << 62), ("expandtabs", "x"), ("format", 1, 2), ("splitlines", 1, 2)]:
    case(op, "aa", *args)

DATA = [b"", b"a", b"abc", b"Hello World", b"aXbXc", b"  pad\t\n ", b"tab\tb\n\td", b"\x00\xff\x80", b"l1\r\nl2\rl3\nl4", b"123", b"-5", b"a,b,,c,",
        b"aaabbbaaa", b"q'\"\\\n\x00\x7f", b"q'", b"Title Case", b"UPPER", b"lower"]
BSUBS = [b"", b"a", b"X", b",", b"aa", b"bXc", b"\xff", b"World", 97, 255, 256, "a"]
for data, kind in itertools.product(DATA, (bytes, bytearray)):
    data = kind(data)
    for name in ("upper lower swapcase capitalize title islower isupper istitle isalpha isalnum isascii isdigit isspace strip lstrip rstrip split rsplit"
                 " splitlines repr iter expandtabs hex __len__ decode").split():
        case(name, data)
    case("splitlines", data, True)
    for sub in BSUBS:
        for name in ("find rfind index count startswith endswith partition rpartition split rsplit removeprefix removesuffix strip in"
                     " == < + replace").split():
            case(name, data, sub)
        case("replace", data, sub, b"yy")
        case("replace", data, sub, b"", 2)
        case("find", data, sub, 1, -1)
        case("count", data, sub, 1)
        case("split", data, sub, 1)
        case("rsplit", data, sub, 1)
    for n in (0, 2, -1, 9):
        case("*", data, n)
        case("[]", data, n)
        case("split", data, None, n)
        case("rsplit", data, None, n)
    for n in (3, 8, 12):
        for name in "center ljust rjust".split():
            case(name, data, n)
            case(name, data, n, b"*")
        case("zfill", data, n)
    for bounds in itertools.product((None, 1, -2), (None, 2, -1), (None, 2, -1)):
        case("[]", data, slice(*bounds))
    case("hex", data, ":")
    case("hex", data, ":", 2)
    case("hex", data, ":", -2)
    case("hex", data, "::")
    case("translate", data, None, b"a")
    case("translate", data, bytes(range(256))[::-1])
    case("translate", data, b"a")
    case("join", data, [b"x", bytearray(b"y")])
    case("join", data, [b"x", "y"])
    case("center", data, 5, "a")
    case("center", data, 5, b"aa")
for text in ("", "aa", "AA bb", " a0  b1 ", "a", "zz", "a b", "aa b", "\xe90", 1, b"aa"):
    case("static:fromhex", "bytes", text)
    case("static:fromhex", "bytearray", text)
for cls in ("bytes", "bytearray"):
    for args in ((), (3,), (-1,), (1 << 70,), ([1, 2, 255],), ([256],), (["a"],), ((1, 2),), ("a",), ("a", "utf-8"), ("\xe9", "ascii"), (1, "utf-8"),
                 (b"ab",), (bytearray(b"ab"),), (None,), (b"a", 1), (1, 2, 3, 4), (1.5,)):
        case("new", cls, *args)
for name, *args in [("append", 5), ("append", 256), ("append", "a"), ("extend", b"xy"), ("extend", [1, 2]), ("extend", [256]), ("extend", "ab"),
                    ("extend", 1), ("insert", 1, 7), ("insert", -9, 7), ("insert", 99, 7), ("pop",), ("pop", 0), ("pop", 9), ("remove", 97), ("remove", 1),
                    ("clear",), ("reverse",), ("copy",), ("resize", 5), ("resize", 0), ("resize", -1), ("__setitem__", 0, 5), ("__setitem__", 9, 5),
                    ("__setitem__", 0, 256), ("__setitem__", "a", 1), ("__setitem__", slice(0, 1), b"xyz"), ("__setitem__", slice(0, 1), []),
                    ("__setitem__", slice(0, 3, 2), b"zz"), ("__setitem__", slice(0, 3, 2), b"z"), ("__setitem__", slice(None, None, -1), b"xyz"),
                    ("__setitem__", slice(0, 1), "ab"), ("__setitem__", slice(0, 1), 1), ("__delitem__", 0), ("__delitem__", 9),
                    ("__delitem__", slice(0, 2)), ("__delitem__", slice(None, None, 2)), ("__delitem__", slice(None, None, -2)),
                    ("__iadd__", b"q"), ("__iadd__", "q"), ("__imul__", 3), ("__imul__", 0)]:
    case("mutate:" + name, bytearray(b"abc"), *args)
for data in (b"abc", b"\xff", b"a\x80\x80", b"\xe2\x82", b"\xe2\x82\xac", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xf5", b"\xc0\x80", b"\xff\xfea\x00", b"\xfe\xff\x00a",
             b"a\x00\x00\xd8", b"\x00\xdc", b"a\x00b", b"\x00\xd8a\x00", b"a\x00\x00\x00", b"\x00\x00\x11\x00", b"\x00\xd8\x00\x00", b"abcde",
             b"\xff\xfe\x00\x00a\x00\x00\x00", b"\xe2\x28\xa1", b"\xf0\x28\x8c\xbc"):
    for encoding in ("utf-8", "utf-16", "utf-32", "latin-1", "ascii"):
        for errors in ("strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape", "surrogatepass", "nope"):
            case("decode", data, encoding, errors)

for text in TEXTS:
    for name in ("unicode_escape", "raw_unicode_escape", "utf_7", "utf_8", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be",
                 "latin_1", "ascii", "charmap", "readbuffer"):
        case(f"codecs:{name}_encode", text)
        case(f"codecs:{name}_encode", text, "replace")
    case("codecs:charmap_encode", text, "strict", {97: 1, 98: b"xy", 99: None, 63: 0})
    case("codecs:charmap_encode", text, "replace", {97: 1, 98: b"xy", 99: None, 63: 0})
    case("codecs:charmap_encode", text, "ignore", {97: "x", 98: 300})
    case("codecs:utf_16_encode", text, "strict", -1)
    case("codecs:utf_32_encode", text, "backslashreplace", 1)
for data in DATA + [b"\\n\\x41\\u1234\\U0001f600\\N{DIGIT ONE}\\101", b"\\x4", b"\\x4z", b"\\u123", b"\\U0011ffff", b"\\N{foo}", b"\\N", b"\\N{", b"\\",
                    b"a\\\nb", b"\xe9", b"\\\\u1234", b"a+-b +AOkSNA-~", b"+AOk", b"+A", b"+2D3eAA-", b"+2D0-", b"+!", b"+", b"\xe2\x82", b"a\0b", b"\xff\xfea\0",
                    b"\xfe\xff\0a", b"\0\0\0a", b"\xff\xfe\0\0a\0\0\0"]:
    for name in ("unicode_escape", "raw_unicode_escape", "utf_7", "utf_8", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"):
        for errors in ("strict", "replace", "ignore"):
            for final in (True, False):
                case(f"codecs:{name}_decode", data, errors, final)
    for name in ("latin_1", "ascii", "charmap", "escape"):
        case(f"codecs:{name}_decode", data)
        case(f"codecs:{name}_decode", data, "replace")
    case("codecs:escape_encode", data)
    case("codecs:utf_16_ex_decode", data, "ignore", 0, True)
    case("codecs:utf_32_ex_decode", data, "ignore", 1, True)
    case("codecs:charmap_decode", data, "strict", "xyz" * 40)
    case("codecs:charmap_decode", data, "replace", {97: 65, 98: "xx", 99: None})

BYTES12 = bytes(range(250, 256)) + bytes(range(6))
for form, shape in [("", ""), ("b", ""), ("c", ""), ("?", ""), ("h", ""), ("H", ""), ("i", ""), ("I", ""), ("e", ""), ("f", ""), ("q", ""), ("x", ""),
                    ("B", "[3, 4]"), ("B", "[2, 2, 3]"), ("h", "[2, 3]"), ("B", "[5]"), ("B", "[]"), ("B", "[0]"), ("@H", "")]:
    prefix = f"view|{form}|{shape}|"
    for name in "tolist tobytes format itemsize nbytes ndim shape strides suboffsets readonly c_contiguous f_contiguous contiguous obj iter __len__ toreadonly hex".split():
        case(prefix + name, BYTES12)
    case(prefix + "tobytes", BYTES12, "F")
    case(prefix + "tobytes", BYTES12, "x")
    for key in (0, -1, 99, slice(1, 3), slice(None, None, -1), slice(None, None, 2), (0, 1), (1, 9), (0, 0, 0), (), "a"):
        case(prefix + "[]", BYTES12, key)
    for key, value in ((0, 5), (0, 300), (0, -1), (0, "a"), (0, b"a"), (0, True), (99, 1), (slice(0, 2), b"xy"), (slice(0, 2), b"x"), ((0, 1), 7), (0, 1 << 40)):
        case(prefix + "[]=", bytearray(BYTES12), key, value)
    case(prefix + "==", BYTES12, BYTES12)
    case(prefix + "==", BYTES12, bytearray(BYTES12))
    case(prefix + "==", BYTES12, 5)
    case(prefix + "cast", BYTES12, "B")
    case(prefix + "cast", BYTES12, "i")
case("view|||[]=", BYTES12, 0, 5)
case("view|||index", BYTES12, 251)
case("view|||index", BYTES12, 251, 5)
case("view|||count", BYTES12, 251)

# All of them are many: what is kept is every case of the rare operations and a sample of the others.
if "--all" not in sys.argv:
    counts = {}
    kept = []
    for line in out:
        op = line.split("\t")[0]
        counts[op] = counts.get(op, 0) + 1
        if counts[op] <= 40 or random.random() < 0.04:
            kept.append(line)
    out = kept
sys.stdout.write("\n".join(out) + "\n")
