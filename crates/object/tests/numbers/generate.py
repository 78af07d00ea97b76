"""Writes cases of number operations with the results that CPython 3.14 gives.

python3.14 generate.py N > cases.txt     N scales the random part; 1 for the committed table.

A line is `operation TAB argument … TAB => TAB result`. Values are written by `show`.
"""
import math, random, struct, sys, warnings
warnings.simplefilter("ignore")
sys.set_int_max_str_digits(0)
R = random.Random(7)
scale = int(sys.argv[1])
# How much of the cross products the small table leaves out.
THIN = {} if scale > 1 else {"+": .8, "-": .8, "*": .7, "/": .7, "//": .5, "%": .5, "==": .8, "<": .7, ">=": .7, "**": .75, "int": .7, "format": .55, ".to_bytes": .5, ".hex": .5, "complex": .3, ".__round__": .6, "repr": .5, "divmod": .5, "hash": .4, "pow": .5}

def bits(x):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", x))[0] if x == x else "nan"

def show(v):
    t = type(v)
    if v is None: return "N"
    if t is bool: return "T" if v else "F"
    if t is int: return "i%x" % v
    if t is float: return "f" + bits(v)
    if t is complex: return "c" + bits(v.real) + "," + bits(v.imag)
    if t is str: return "s" + v.encode("unicode_escape").decode()
    if t is bytes: return "b" + v.hex()
    if t is tuple: return "(" + " ".join(map(show, v)) + ")"
    if v is NotImplemented: return "NI"
    raise TypeError(v)

def outcome(f):
    try: return show(f())
    except MemoryError: return "!MemoryError"
    except Exception as e:
        return ("!%s: %s" % (type(e).__name__, e)).encode("unicode_escape").decode()

seen = set()
def emit(op, *args):
    if R.random() < THIN.get(op, 0): return
    sys.set_int_max_str_digits(4300)
    line = "\t".join([op, *map(show, args)])
    if line in seen: return
    seen.add(line)
    sys.set_int_max_str_digits(4300)
    print(line + "\t=>\t" + outcome(lambda: OPS[op](*args) if op in OPS else method(op, args)))

def method(op, args):
    if op.startswith("."): return getattr(args[0], op[1:])(*args[1:])
    if op.startswith("@"):
        v = getattr(args[0], op[1:]); return v
    cls, _, name = op.partition(".")
    cls = {"int": int, "float": float, "complex": complex, "bool": bool}[cls]
    return getattr(cls, name)(*args) if name else cls(*args)

OPS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "//": lambda a, b: a // b, "%": lambda a, b: a % b, "divmod": divmod, "**": lambda a, b: a ** b, "pow": pow,
    "<<": lambda a, b: a << b, ">>": lambda a, b: a >> b, "&": lambda a, b: a & b, "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b, "<": lambda a, b: a < b, "==": lambda a, b: a == b, ">=": lambda a, b: a >= b,
    "neg": lambda a: -a, "pos": lambda a: +a, "abs": abs, "~": lambda a: ~a, "hash": hash, "repr": repr,
    "format": lambda a, s: a.__format__(s), "truth": lambda a: not not a,
}
inf, nan = math.inf, math.nan
INTS = [0, 1, -1, 2, -2, 3, 7, -7, 10, 255, -256, 2**31, -2**31, 2**53, 2**53 + 1, -2**53 - 1, 2**61 - 1, 2**61, 2**62 - 1, 2**62,
        -2**62, -2**62 - 1, 2**63 - 1, 2**63, -2**63, 2**64, 2**64 - 1, 10**18, 10**19, -10**30, 2**100, 2**100 + 1, -2**100, 10**50 + 7,
        2**1023, 2**1024 - 2**970, 2**1024 - 2**970 - 1, 2**1024, -2**1024, 10**400]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 0.1, 3.3, -7.25, 1e10, 1e15, 1e16, 1e17, 123456789.125, 2.0**53, 2.0**62, 2.0**63,
          -2.0**63, 1e22, 1e23, 1e100, -1e100, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, 1e-5, 1e-4, 1e-7, 9.999e-5,
          inf, -inf, nan, 2.675, 0.30000000000000004]
COMPLEX = [0j, 1j, -1j, complex(-0.0, -0.0), 1 + 2j, -3.5 + 0.25j, complex(inf, 1), complex(1, -inf), complex(nan, 1), complex(inf, nan),
           complex(inf, inf), 1e200 + 1e200j, complex(0.0, -0.0), 2 + 0j, 1e-320 + 1j]

def rint():
    k = R.choice([3, 10, 30, 61, 62, 63, 64, 65, 120, 128, 200, 500])
    return R.getrandbits(k) * R.choice([1, -1])
def rfloat():
    c = R.random()
    if c < .3: return struct.unpack(">d", R.randbytes(8))[0]
    if c < .6: return R.uniform(-1000, 1000)
    if c < .8: return round(R.uniform(-100, 100), R.randrange(4))
    return R.choice(FLOATS)
def pick(n, f): return [f() for _ in range(n)]

arith = ["+", "-", "*", "/", "//", "%", "divmod", "<", "==", ">="]
bitops = ["&", "|", "^"]
def pairs(n):
    for _ in range(n):
        yield R.choice(INTS + pick(10, rint)), R.choice(INTS + pick(10, rint))
for a, b in pairs(40 * scale):
    for op in R.sample(arith + bitops, 2): emit(op, a, b)
for _ in range(25 * scale):
    b = rint() or 3; q = rint(); a = b * q + R.choice([0, 0, 1, -1, b // 2])
    for op in ["/", "//", "%"]: emit(op, a, b)
for a in INTS[:34]:
    for op in ["neg", "pos", "abs", "~", "hash", "repr", "truth", ".bit_length", ".bit_count", ".conjugate", ".as_integer_ratio", "@real",
               "@imag", "@numerator", "@denominator", ".__trunc__", ".is_integer", ".__getnewargs__", ".__sizeof__", "float", "complex"]: emit(op, a)
for a in INTS[34:]:
    for op in ["hash", "float", "neg"]: emit(op, a)
    for x in FLOATS[::3]: emit("<", a, x); emit("+", x, a)
for a in (True, False):
    for b in (True, False, 3, 2.0):
        for op in arith + bitops: emit(op, a, b); emit(op, b, a)
    for op in ["neg", "pos", "abs", "~", "hash", "repr", "truth", "@real", ".conjugate", "int", "float", ".bit_length"]: emit(op, a)
for a in [0, 1, -1, 5, -5, 2**62, -2**62, 2**70, -2**70 - 1]:
    for b in [0, 1, 5, 61, 62, 63, 64, 65, 200, -1, -2**70, 2**70]:
        if not (b == 2**70 and a): emit("<<", a, b)
        emit(">>", a, b)
emit("<<", 1, 2**70); emit("<<", 1, 2**62); emit("<<", 1, 2**45)
for a in [0, 1, -1, 2, -3, 10, 2**62, 2**70 + 1, -7]:
    for b in [0, 1, 2, 3, 10, 31, 62, 63, 64, 100, -1, -2, -3]:
        emit("**", a, b)
        for c in (1, -1, 7, -7, 10, 2**64, -2**70, 0): 
            if R.random() < .35: emit("pow", a, b, c)
emit("**", 1, 2**80); emit("**", -1, 2**80 + 1); emit("**", 0, 2**80); emit("pow", 2, 3, 1.5); emit("pow", 2.0, 3, 5); emit("pow", 3, 2**200, 10**20); emit("pow", 2, 3, "x"); emit("pow", 2j, 1, 1)
for _ in range(25 * scale): emit("pow", rint(), abs(rint()), rint() or 5)
for _ in range(18 * scale):
    a, b = R.choice(FLOATS + pick(20, rfloat)), R.choice(FLOATS + pick(20, rfloat) + INTS)
    for op in arith: emit(op, a, b)
    emit("<", b, a); emit("==", b, a); emit("//", b, a); emit("%", b, a)
    emit("**", a, b if type(b) is float or abs(b) < 2**70 else 2)
for x in FLOATS:
    for y in (0.0, -0.0, 0.5, -1.0, 3.0, -3.0, inf, -inf, nan, 1024.0): emit("**", x, y)
for n in INTS:
    if n: 
        for x in (float(n) if abs(n) < 2**1023 else inf, 0.5):
            emit("<", n, x); emit("==", n, x); emit("==", x, n); emit("<", x, n)
for x in FLOATS + pick(60 * scale, rfloat):
    for op in ["repr", "hash", ".hex", "int"]: 
        if op != "hash" or x == x: emit(op, x)
for x in FLOATS:
    for op in ["neg", "pos", "abs", "truth", ".as_integer_ratio", ".is_integer", ".__trunc__", ".__floor__", ".__ceil__", ".__round__",
               "@real", "@imag", ".conjugate", ".__getnewargs__", "float", "complex", "bool", "float.from_number", "complex.from_number"]: emit(op, x)
for x in FLOATS + [0.125, 0.375, 1.005, 1234.5, 12345.0, 15.0, 25.0, 35.0, 50.0, 5e307, 1.5e308, 2**70 * 1.0] + pick(20 * scale, rfloat):
    for n in [0, 1, 2, -1, -2, 15, 17, 22, 323, 324, -308, -309, -22, 2**70, -2**70, None]:
        if R.random() < .6: emit(".__round__", x, n)
emit(".__round__", 1.5, "x"); emit(".__round__", 1, 2.0)
for n in [0, 5, 15, 25, -15, -25, 12345, 50, -50, 51, 10**20 + 5, 5 * 10**30, -10**40, 99]:
    for k in [0, 1, -1, -2, -5, -20, -31, -32, -40, -41, 2**70, None]: emit(".__round__", n, k)
for a in COMPLEX:
    for op in ["repr", "hash", "neg", "pos", "abs", "truth", ".conjugate", "@real", "@imag", "complex", "int", "float", ".__getnewargs__", ".__complex__", "~"]:
        if not (op == "hash" and a != a): emit(op, a)
    for b in R.sample(COMPLEX, 6) + [2, 0, -1.5, inf, True, nan, 10**400]:
        for op in ["+", "-", "*", "/", "=="]: emit(op, a, b); emit(op, b, a)
    for b in [0, 1, 2, 3, -1, -2, 100, 101, 0.5, 1j, 2 + 1j, -1j, 2.0]: emit("**", a, b)
for b in [1j, 0.5 + 1j, -1j]:
    for a in [2, -2, 0, 0.5, -1.5]: emit("**", a, b)
for a, b in [(1j, 2), (2, 1j)]:
    for op in ["//", "%", "divmod", "<", "<<", "&"]: emit(op, a, b)
for op in ["<<", ">>", "&", "|", "^"]: emit(op, 1.0, 1); emit(op, 1, 1.0)
for op in ["+", "-", "*", "/", "//", "%", "**", "<", "==", "divmod"]: emit(op, 1, None); emit(op, None, 1.0); emit(op, 1j, None)

TEXTS = ["0", "1", "-1", "+1", " 12 ", "\t12\n", "\x1c1", "1_000", "_1", "1_", "1__0", "", " ", "-", "+", "- 1", "--1", "0x1f", "0X1F", "0b101", "0o17", "0_7", "00", "007",
         "0x", "0x_f", "0b2", "0xg", "1e5", "1.5", "z", "Zz", "٣٤", "١٢٣", "３", "1\u2003", "\xa05", "²", "1\x00", "\x00", "٣x", "1" * 18, "9" * 19, "9223372036854775808",
         "-9223372036854775809", "4611686018427387904", "-4611686018427387904", "4611686018427387903", "x" * 250, "é", "nan", "'", "a'b", "\ud800", "1" * 60, "f" * 40]
for t in TEXTS:
    emit("int", t)
    for b in [0, 2, 8, 10, 16, 36]:
        emit("int", t, b)
for b in (1, 37, -1, 2**70, True, None, 2.0): emit("int", "1", b)
emit("int", 12, 10); emit("int", None); emit("int", None, 10); emit("int", b"12"); emit("int", b"1x"); emit("int", b"ff", 16); emit("int", b"\xff"); emit("int", b"1\x00")
emit("int", "1" * 4300); emit("int", "1" * 4301); emit("int", "0" * 4301); emit("int", "1" * 4301 + "x"); emit("int", "1" * 5000, 16) if scale > 1 else None
emit("repr", 10**4299); emit("repr", 10**4300); emit("repr", 10**9000) if scale > 1 else None; emit("format", 10**4300, "x"); emit("format", 10**4300, "d")
FTEXTS = ["0", "-0", "1.", ".5", ".", "1e5", "1E5", "1e+5", "1e-5", "1e", "e5", "1e5.0", "1_0.0_1", "1_.0", "1._0", "1_e5", "1e_5", "1e5_0", "_1", "1__0", "inf", "-INF", "+Infinity",
          "infinit", "nan", "-nan", "NaN", " 1 ", "1 2", "", "0x1", "1e400", "-1e400", "1e-400", "2.4703282292062327e-324", "2.4703282292062328e-324", "1" * 400,
          "0." + "0" * 400 + "1", "9007199254740993", "9007199254740992.99999999999999999999", "1.7976931348623158e308", "1.7976931348623159e308", "٣.٤", "1\u2003", "1\x00", "é", "1e99999999999999999999", "1e-99999999999999999999", "0e999999999999999", "+-1", "1j", "٣x"]
for t in FTEXTS: emit("float", t); emit("complex", t)
for _ in range(18 * scale):
    t = "%s%d.%0*de%d" % (R.choice(["", "-"]), R.randrange(10**R.randrange(1, 20)), R.randrange(1, 20), R.randrange(10), R.randrange(-330, 310)); emit("float", t)
emit("float", b"1.5"); emit("float", b"x"); emit("float", None); emit("float.from_number", "1"); emit("complex.from_number", "1"); emit("float.from_number", 3); emit("complex.from_number", 3)
CTEXTS = ["1+2j", "1-2j", "j", "-j", "+J", "1+j", "1-J", "2j", "(1+2j)", "( 1+2j )", "(1+2j", "1+2j)", "1 +2j", "1+ 2j", "nan+infj", "-inf-nanj", "1e5+1e-5j", "1_0j", "1+2", "1j+2", "1+2jj", "", "()", "1e+5j", "1.j", ".5j", "+1-1j", "++1j", "1+-2j", "٣+٤j", "\u20031j", "((1))", "1\x00"]
for t in CTEXTS: emit("complex", t)
for a in [(1, 2), (1j, 2j), (1.5, True), ("1", 2), (1, "2"), (None,), (None, 1), (1, None), (b"1",), (1, 2, 3), (10**400,), (1, 1j)]: emit("complex", *a)
for a in [(), (1,), (0,), (0.0,), (nan,), (0j,), (None,), (1, 2)]: emit("bool", *a)
for a in [(), (1, 2, 3), (2.9,), (-2.9,), (inf,), (nan,), (1e30,), (True,), (1j,)]: emit("int", *a)
for a in [(), (1, 2), (10**400,), (2**1024 - 2**970 - 1,), (True,)]: emit("float", *a)
HEX = ["0x1p0", "1p0", "0x1.8p1", "0x.8p0", "0x1.", "0x", "0x.", "x", "", "p0", "0x1p", "0x1p+", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1p-1076", "0x1p1023", "0x1p1024", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023",
       "-0x0p0", "inf", "-Infinity", "nan", "+NaN", "infx", " 0x1p0 ", "0x1 p0", "0x1p99999999999", "0x1p-99999999999", "0x0p99999999999", "0x1.00000000000008p0", "0x1.000000000000080000000000000000000000000001p0", "0x1.00000000000018p0",
       "ABC.DEFp-3", "0x1_0", "0xg", "0x123456789abcdef123456789abcdef123456789abcdefp-50", "é", "0x" + "0" * 100 + "1p0", "0x." + "0" * 100 + "1p400"]
for h in HEX: emit("float.fromhex", h)
emit("float.__getformat__", "double"); emit("float.__getformat__", "x"); emit("float.__getformat__", 1)

for n in [0, 1, 127, 128, 255, 256, -1, -128, -129, 2**64, -2**63, 2**100]:
    for k in (0, 1, 2, 8, 9, 13):
        for order in ("big", "little"): emit(".to_bytes", n, k, order)
emit(".to_bytes", 1, -1); emit(".to_bytes", 1); emit(".to_bytes", 1, 2, "x"); emit(".to_bytes", 1, 2, 5)
for b in [b"", b"\0", b"\1\2", b"\xff", b"\xff" * 9, b"\x80" + b"\0" * 7]:
    for order in ("big", "little"): emit("int.from_bytes", b, order)
emit("int.from_bytes", "a"); emit("int.from_bytes", 5); emit("int.from_bytes", b"", "bog"); 

def rspec(kinds):
    s = ""
    if R.random() < .4: s += R.choice(["", "*", "0", "é"]) + R.choice("<>=^")
    if R.random() < .3: s += R.choice("+- ")
    if R.random() < .15: s += "z"
    if R.random() < .25: s += "#"
    if R.random() < .25: s += "0"
    if R.random() < .6: s += str(R.choice([0, 1, 5, 8, 12, 20, 25]))
    if R.random() < .3: s += R.choice(",_")
    if R.random() < .4:
        s += "." + str(R.choice([0, 1, 2, 3, 6, 10, 17, 30]))
        if R.random() < .2: s += R.choice(",_")
    elif R.random() < .05: s += "._"
    return s + R.choice(kinds)
for _ in range(250 * scale): emit("format", R.choice(INTS[:34] + [12345, 1234567, -1234567]), rspec(["", "d", "d", "x", "X", "o", "b", "n", "c", "e", "f", "g", "%", "s", "é", "G", "\x7f", "\x01"]))
for _ in range(300 * scale): emit("format", R.choice(FLOATS + [1234567.891, -1234.5678, 99.9999, -0.0001, 9.5, 0.05]), rspec(["", "", "e", "f", "g", "E", "F", "G", "n", "%", "d", "s"]))
for _ in range(150 * scale): emit("format", R.choice(COMPLEX + [1234.5 + 2j, -0.001 - 0.0004j]), rspec(["", "", "e", "f", "g", "E", "G", "n", "%", "d"]))
for x in FLOATS[:-4] + [0.5, 1.5, 2.5, 3.5, 0.125, 0.375, 1.0000000000000002, 5e-324]:
    for s in [".0f", ".1f", ".2f", ".0e", ".1e", ".3e", ".0g", ".1g", ".17g", ".25f", ".30e", "#.0f", "#.0e", "#.3g", "#g", "%", ".3%"]:
        if R.random() < .5: emit("format", x, s)
for s in [".1100f", ".900e", ".900g", ".1100%"]: emit("hash", format(5e-324, s)) if False else emit("format", 5e-324 if s != ".1100%" else 0.1, s)
for s in ["c", "+c", "#c", "5c", "<5c", ".3c", ",c", "_c", "05c", "zc"]: emit("format", 97, s)
emit("format", -1, "c"); emit("format", 0x110000, "c"); emit("format", 2**70, "c"); emit("format", 0xd800, "c"); emit("format", 10**400, "f"); emit("format", True, ""); emit("format", True, "d"); emit("format", True, "5"); emit("format", 1, ".2147483648f"); emit("format", 1.0, ".99999999999999999999f"); emit("format", 1, "99999999999999999999"); emit("format", 1, 5)
for s in [",_", "_,", ",,", "__", ".", ".,", "._", ".,_", ".3,_", "_n", ",n", ",x", "_x", ",b", "_c", "xx", "5xx", "!", "=+5d", "é^9", "🐍^9"]:
    for v in (1234567, 1234.5678, 1 + 2j): emit("format", v, s)
