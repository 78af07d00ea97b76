# Library re: sub, subn, split, findall, finditer, templates, scanners.
import re


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for pattern in ("x*", "b|", r"\b", "(a)|b", "(a)(b)?", "^", "$", "(?m)^", "a+?", "(?=a)", "(?<=a)|b"):
    for text in ("", "ab", "xabx", "a\nab\n"):
        p = re.compile(pattern)
        print(ascii(pattern), ascii(text), p.findall(text), p.split(text), p.split(text, 1), p.subn("-", text), p.sub("-", text, 1),
              [m.span() for m in p.finditer(text)])

print("templates")
for template in (
    r"\1", r"<\g<1>>", r"\g<0>\g<0>", r"\g<name>", r"\n\t\\", r"\07", r"\101", "plain", r"\2|\1", r"\g<2>",
    r"\3", r"\g<3>", r"\g<nope>", r"\g<", r"\g<>", r"\g<1a>", r"\x", r"\400", "\\", r"\g<-1>", r"\g<01>", "",
):
    print(template, attempt(re.sub, r"(?P<name>a)(b)?", template, "abcab a"), attempt(re.compile("(a)(b)?").match("ab").expand, template))
print(re.sub("a", lambda m: m[0].upper() * 2, "banana"), re.sub("a", lambda m: None, "banana"), re.sub("(?:)", "-", "abc"))
print(attempt(re.sub, "a", lambda m: 1, "ba"), attempt(re.sub, b"a", lambda m: "x", b"a"), attempt(re.sub, "a", b"x", "a"))
print(re.sub("a", "b", "aaa", count=2), re.compile("a").sub("b", "aaa", -1), re.compile("a").subn("b", "xyz"))
text = "unchanged"
print(re.sub("q", "x", text) is text, re.split(",", text)[0] is text, re.match(".*", text)[0] is text)
print(re.sub(r"(.)(.)?", r"\2\1", "abcde"), re.sub(r"\W+", lambda m: f"[{m.start()}]", "a, b; c"))
print(re.sub("é", "\u0436", "caf\xe9 \xe9"), re.sub("\u0436", "e", "\u0436a\u0436"), re.sub(".", "\U0001F600", "ab"))

print("bytes")
print(re.findall(rb"\w+", b"ab \xe9c"), re.sub(rb"(a)", rb"<\1>", bytearray(b"banana")), re.split(b"n", memoryview(b"banana")))
print(re.match(b"a", bytearray(b"ab")).group(), re.match(b"a", b"ab").string, re.sub(b"x", b"y", bytearray(b"ab")))
data = bytearray(b"abcdef")
m = re.match(b"abc(def)", data)
del data[4:]
print(m.group(1), m.group(), m.regs)

print("scanners")
scanner = re.compile(r"\s*(?:(\d+)|(\w+)|(.))").scanner("ab 12 +c")
for m in iter(scanner.match, None):
    print(m.lastindex, m[m.lastindex], end="; ")
print(scanner.match(), scanner.search(), scanner.pattern.pattern)
lexer = re.Scanner([(r"[0-9]+", lambda s, t: int(t)), (r"[a-z]+", lambda s, t: t), (r"\s+", None)])
print(lexer.scan("ab 12 c!d"))


class Text(str):
    pass


m = re.match("(a)(b)", Text("abc"))
print(type(m.string).__name__, type(m[1]).__name__, type(m[0]).__name__, type(re.sub("q", "", Text("a"))).__name__)
