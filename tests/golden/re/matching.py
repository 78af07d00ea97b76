# Library re: match, search, fullmatch, groups, positions, lookaround, conditionals, atomic groups, possessive repeats.
import re


def show(pattern, text, flags=0):
    p = re.compile(pattern, flags)
    out = []
    for method in (p.match, p.fullmatch, p.search):
        m = method(text)
        out.append(m and (m.regs, m.lastindex, m.lastgroup))
    print(ascii(pattern), ascii(text), *out)


for pattern in (
    r"a*", r"a+?", r"(a|ab)(c|bcd)(d*)", r"(?:(a)|b)*", r"(?:(a)|(b))*", r"(a?)*", r"(a?)*?", r"(a*)+", r"((a)|b|)*c?",
    r"(?=(a))a\1", r"(?!b)(\w)", r"(?<=a)b", r"(?<!a)b", r"(?<=^a)b", r"(a)?(?(1)b|c)", r"(?>a+)ab", r"a++b", r"(?:ab?)*+b",
    r"(?:a|ab){2}+c", r"a{2,3}?b", r"(a{1,2}){2}", r"\bab\b", r"\Bb", r"a*\b", r"\w?\b", r"\w*$", r"\w*?\b", r"^b", r"b$", r"\Aa", r"b\Z", r"(?P<x>a)(?P<y>b)?",
    r"(?P<x>a)(?P=x)", r".*b", r".*?b", r"[^b]+", r"[a-]+", r"x|", r"(?:)", r"(?!)", r"a(?#comment)b", r"((?:a|b)*?)b",
    r"(?s:.)b", r"(?i:A)b", r"(?:(?:ab|cd)\d?)*", r"(([ab])*)*", r"(?<=(?<=a)b)c", r"a(?=b(?=c))", r"(?<!(?<!a)b)c",
):
    for text in ("ab", "aab", "abab", "a\nb", "", "abcd", "ab1cd2ab"):
        show(pattern, text)
for text in ("a\nb\n", "\n", "b\na"):
    for flags in (0, re.M, re.S, re.M | re.S):
        show(r"^.*$", text, flags)
        show(r"(?:^|a).?$", text, flags)

print("positions")
p = re.compile(r"^a|(?<=b)c|\bd|e$")
for pos in range(6):
    for endpos in range(6):
        m = p.search("abcde", pos, endpos)
        print(pos, endpos, m and (m.span(), m.pos, m.endpos))
print(p.search("abc", -5), p.search("abc", 1, -1), p.match("a", 7), p.search("abc", True))

print("long texts")
n = 100_000
print(re.match(r"(?:a|b)*", "ab" * n).span(), re.match(r"(?:a|b)*?c", "ab" * n + "c").span())
print(re.fullmatch(r"(?:(a)|(b))*", "ab" * n).regs, re.search(r"(?:ab){3,}$", "ab" * n).span())
print(re.match(r"((?:a|b)(?:c|d))+", "acbd" * n).regs, re.match(r"(?:ab)*+$", "ab" * n).span())
print(re.search(r"\w+@", "x" * 3000), re.search(r"(?:x+x+)+y", "x" * 18))
