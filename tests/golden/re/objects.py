# Library re: patterns and matches as objects; messages; flags; the module _sre.
import _sre
import copy
import pickle
import re
import types


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


p = re.compile(r"(?P<a>x)(?P<b>y)?(z)?", re.I)
m = p.match("XZ", 0)
print(p, p.pattern, p.flags, p.groups, p.groupindex, type(p.groupindex) is types.MappingProxyType)
print(m, m.groups(), m.groups("-"), m.groupdict(), m.groupdict(default=0), m.lastindex, m.lastgroup, m.regs, m.re is p, m.string)
print(m.group(), m.group(1), m.group("a", 3, "b"), m["b"], m[3], m.start("a"), m.end(3), m.span("b"), bool(m), m.pos, m.endpos)
for bad in (4, -1, "c", None, 1.0, [], 2**70, b"a", True):
    print(ascii(bad), attempt(m.group, bad), attempt(m.start, bad), attempt(lambda: m[bad]))
print(attempt(lambda: len(m)), attempt(iter, m), attempt(setattr, m, "x", 1), attempt(setattr, p, "flags", 1))
print(type(p), type(m), type(p.scanner("")), re.Pattern is type(p), attempt(re.Pattern), attempt(re.Match))
print(copy.copy(p) is p, copy.deepcopy(p) is p, copy.copy(m) is m, copy.deepcopy(m) is m, pickle.loads(pickle.dumps(p)) == p)
print(attempt(pickle.dumps, m), re.Pattern[str], re.Match[bytes])
same = [re.compile("a"), re.compile("a", re.I), re.compile(b"a"), re.compile("b")]
re.purge()
again = [re.compile("a"), re.compile("a", re.I), re.compile(b"a"), re.compile("b")]
print([[x == y for y in again] for x in same], [hash(x) == hash(y) for x, y in zip(same, again)], same[0] is again[0])
print(same[0] != again[0], attempt(lambda: same[0] < again[0]), same[0] == 3)
for flags in (0, re.I, re.A, re.M | re.S, re.X | re.U, re.A | re.I, re.NOFLAG):
    print(repr(re.compile("a", flags)), end=" ")
print(re.compile(b"a\n", re.L), re.compile("x" * 300)[:0] if False else len(repr(re.compile("x" * 300))))
print(repr(re.compile("""it's "q" \\"""+"\n")))

print("messages")
for call in (
    lambda: p.match(b"x"), lambda: re.compile(b"x").match("x"), lambda: p.match(1), lambda: p.match(), lambda: p.match("a", "b"),
    lambda: p.match("a", pos=1, endpos=2**100), lambda: p.sub(1, "x"), lambda: p.sub("x"), lambda: p.findall(None),
    lambda: p.split("a", maxsplit=None), lambda: re.compile(1), lambda: re.compile("a", "b"), lambda: re.compile(p, re.I),
    lambda: re.compile("a", re.L), lambda: re.compile(b"a", re.U), lambda: re.compile("a", re.A | re.U), lambda: m.expand(1),
    lambda: p.fullmatch(string=1), lambda: p.nothing, lambda: m.groupdict(1, 2),
):
    print(attempt(call))
for bad in ("(", ")", "[", "a**", "*", "(?P<1>a)", "(?P<a>b)(?P<a>c)", "\\", r"\q", "(?<=a*)b", "a{3,2}", "(?P=x)", r"\1", "(?z)", "[b-a]",
            "(?(2)a)", "(?i", "x{99999999999}", "a(?i)", "(?<a)", "(?P>", r"[\d-a]", "(?-i)a", "(?a-a:b)", r"\u12"):
    try:
        re.compile(bad)
    except re.PatternError as error:
        print(ascii(bad), error, error.pos, error.lineno, error.colno)
    except Exception as error:
        print(ascii(bad), type(error).__name__, error)

print("_sre")
print(_sre.MAGIC, _sre.CODESIZE, _sre.MAXREPEAT, _sre.MAXGROUPS, _sre.getcodesize())
for c in "aA1_\xe9\xc9\xdf\u0130\u0131\u017f\u212a\u01c5\u0416\U00010400":
    c = ord(c)
    print(c, _sre.ascii_iscased(c), _sre.ascii_tolower(c), _sre.unicode_iscased(c), _sre.unicode_tolower(c))
for code in ([], [0], [2], [1], [16, 97, 1], [16, 1], [17, 0, 1], [99, 1], [2**32], [-1], ["a"], [2**80], [7, 3, 15, 1, 0, 1]):
    print(code, attempt(_sre.compile, "a", 0, code, 0, {}, ()))
for args in (("a", 0, (), 0, {}, ()), ("a", 0, [1], 0, [], ()), ("a", 0, [1], 0, {}, []), (3, 0, [1], 0, {}, ()), ("a", 0, [1], -1, {}, ()),
             ("a", 2**40, [1], 0, {}, ()), (None, 0, [1], 0, {}, ()), ("a", 0, [1])):
    print(attempt(_sre.compile, *args))
for parts in ([], ["a"], ["a", 1], ["a", -1, ""], ["a", "b", "c"], ("a",)):
    print(attempt(lambda: type(_sre.template(p, parts))))
