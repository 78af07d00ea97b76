# §8.4/§4.3 Messages of TypeErrors from operators, calls, conversions and protocols.
class C: pass
c = C()
snippets = '''1 + "a"
"a" + 1
[] + ()
None + 1
1 - []
{} + {}
"a" * "b"
"a" * 1.5
[] * None
"a" - "b"
1 @ 2
1 << 1.5
-"a"
~1.5
+[]
c + 1
1 + c
c[0]
c()
len(5)
len(c)
iter(5)
next([])
abs("a")
int([])
int("x")
int("")
int("12", 99)
int("z", 36)
int("9", 8)
int(None)
int("1", base=1)
int(1.5, 10)
float("x")
float([])
complex("1+")
complex("a", 1)
complex(1, "a")
str(1, 2, 3, 4)
str(b"a", 5)
bytes("a")
bytes(-1)
bytes([256])
bytes([1, "a"])
bytes(1.5)
list(5)
tuple(None)
dict([1])
dict([(1, 2, 3)])
dict(1)
dict(["abc"])
set(1)
frozenset(1, 2)
range()
range(1.5)
range(1, 2, 0)
range("a")
hash([])
hash({})
{}[[]]
{1: {}}[1][2]
ord("ab")
ord(5)
chr(-1)
chr("a")
chr(0x110000)
round("a")
round(1.5, "a")
divmod(1, "a")
pow(2, -1, 0)
pow(2, 3, 1.5)
pow("a", 2)
sum(["a"])
sum("ab")
sum([[1]], "")
max()
max(5)
max([])
min([], key=1)
max(1, "a")
sorted(5)
sorted([1, "a"])
sorted([1], 5)
isinstance(1, 5)
isinstance(1, (int, 5))
issubclass(1, int)
issubclass(int, 5)
getattr(1, 2)
getattr(1, "zzz")
setattr(1, "a", 2)
setattr(c, 5, 1)
zip(5)
map(5)
map()
filter(None)
enumerate(5)
reversed({1})
reversed(5)
super()
type("A", 5, {})
type("A", (), 5)
type(1, 2)
type("A", (5,), {})
object(5)
C(5)
open()
print(1, foo=2)
print(1, sep=5)
"a".join([1])
"a".join(5)
"a".split(5)
"a".split("")
"a".replace("b")
"a".startswith(5)
"a".index("b")
"%d" % "a"
"%s %s" % 1
"%s" % (1, 2)
"%(a)s" % 1
"%z" % 1
"%" % 1
"%c" % "ab"
"%x" % 1.5
"{}".format()
"{a}".format()
"{0.x}".format(1)
"{:d}".format("a")
"{:q}".format(1)
"{".format()
"{!z}".format(1)
format(1, "a b")
format("a", "+")
format(1.5, "s")
[].pop()
[].index(1)
[].remove(1)
[1].pop(5)
[1].insert("a", 1)
{}.pop("k")
{}.popitem()
set().pop()
{1}.remove(2)
().index(1)
b"a".index(300)
b"a" + "a"
"a" in b"a"
b"abc".find("a")
(1).to_bytes(0)
(300).to_bytes(1)
(-1).to_bytes(2)
int.from_bytes(b"a", "x")
(1).bit_length(1)
1.5.hex(1)
float.fromhex("zz")
1 // 0
1 % 0
1.5 // 0
1.5 % 0
1 / 0
1j / 0
0 ** -1
0.0 ** -1
divmod(1, 0)
2.0 ** 10000
(1 << 64).__index__(1)
int(float("nan"))
int(float("inf"))
round(float("inf"))
float(10 ** 400)
1e308 * 10 ** 400
"a" < 1
[] < {}
c < c
not_defined
c.missing
C.missing
None.x
(1).x
[].x
"".x
len.x
math.pi
eval("1 +")
eval(5)
exec(5)
compile("1", "f", "bad")
__import__("no_such_module_x")
__import__("")
vars(5)
dir(1, 2)
slice()
memoryview("a")
bytearray("a")
property(1, 2, 3, 4, 5)
staticmethod()
classmethod()
input(1, 2)
id()
callable()
hex(1.5)
bin("a")
any(5)
all(1, 2)
ascii()
repr()
delattr(c, "q")
next(iter([]))
iter(1, 2)
aiter(5)
anext(5)
sum(1, 2, 3)
int(x=1)
str(object=1, foo=2)
list(a=1)
tuple(a=1)
bool(1, 2)
bool(x=1)
float(x=1)
"abc".encode("no-such-codec")
"\\xe9".encode("ascii")
b"\\xff".decode()
b"\\xff".decode("ascii")
"abc".zfill()
"abc".center("a")
"abc".center(10, "ab")
"a".translate(5)
str.maketrans("a", "bc")
str.maketrans(5)
"a".expandtabs("x")
bytes.fromhex("zz")
bytes.fromhex("1")
str.upper(5)
str.upper()
list.append([], 1, 2)
[].append()
[].sort(1)
[].sort(foo=1)
[1, "a"].sort()
dict.fromkeys()
dict.update({}, 5)
int.__add__(1)
int.__add__("a", 1)
object.__new__()
object.__new__(5)
object.__new__(int)
int.__new__(str)'''
for s in snippets.splitlines():
    try: print(s, '=>', eval(s))
    except BaseException as e: print(s, '->', type(e).__name__ + ':', e)
