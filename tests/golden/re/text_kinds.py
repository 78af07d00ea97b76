# Library re: text of all widths, categories, ignoring case, ASCII and LOCALE.
import re

texts = ["aZ_9 \t\n", "\xe9\xc9\xb5\xdf\xb2\xbd\xa0\x85", "\u0416\u0436\u0660\u2003\u2028\u017f\u212a\u0130", "\U00010400\U00010428\U0001d7d8\U0001f600"]

def main():
    for pattern in (r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", ".", "[a-z]", "[^a-z]", "[\xe0-\xff]", "[\u0430-\u044f]", "[\U00010428-\U0001044f]", "k", "s", "\xb5",
                    "i", "\u0436", "[^\u0436]", "\xdf", "[k-s\u0436]", r"[\w\s]", r"[^\W\d]", "\u212a", "\U00010400", "[\u0400-\U00010450]"):
        for flags in (0, re.I, re.A, re.A | re.I):
            p = re.compile(pattern, flags)
            print(ascii(pattern), flags, ["".join(str(m.start()) for m in p.finditer(text)) for text in texts])
    for pattern in (rb"\w", rb"[a-c]", rb"B", rb"[^B]", rb"\W", rb"\b"):
        for flags in (0, re.I, re.L, re.L | re.I):
            print(pattern, flags, [m.start() for m in re.compile(pattern, flags).finditer(b"abcABC \xe9\xc9")])
    for pattern, text in (("(k)\\1", "k\u212a"), ("(?i)(k)\\1", "k\u212a"), ("(?i)(\u0436+)-\\1", "\u0416\u0436-\u0436\u0416"), ("(?ia)(k)\\1", "kK"), ("(?ia)(k)\\1", "k\u212a"),
                          ("(?i)stra\xdfe", "STRA\u1e9eE"), ("\u0436{2,}?x", "\u0436\u0436\u0436x"), ("(?i)\ufb05", "\ufb06"), ("(?i)[\ufb05]", "\ufb06"),
                          ("[\ud800-\udfff]", "\ud850"), ("\U0001f600+", "a\U0001f600\U0001f600"), ("(?i)abc|\u0436", "xABC"), ("ab\u0436", "ab"), ("ab\u0436c", "xab\u0436c")):
        m = re.search(pattern, text)
        print(ascii(pattern), ascii(text), m and (m.regs, ascii(m[0])))
    print(ascii(re.split(r"\s*", "a\u2003b")), ascii(re.findall(r"\w+", "na\xefve \u0416\u0438\u0437\u043d\u044c \U00020000x")))
    print(re.escape("a.b*c\n\xe9"), re.escape(b"a.b"), re.sub("[\u0436\U0001f600]", "", "a\u0436\U0001f600b"))


main()
