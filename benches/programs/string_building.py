"""Text put together piece by piece: +=, join, f-strings, slices, replace and split."""

DEFAULT, SHORT, CHECK = 2000000, 400000, 200

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def grow(n):
    text = ""
    for index in range(n):
        text += LETTERS[index % 26]
        if index % 5 == 4:
            text += " "
    return text


def lines(n):
    out = []
    for index in range(n):
        out.append(f"{index:06d}:{LETTERS[index % 20 : index % 20 + 5]}-{index * 7 % 13}")
    return "\n".join(out)


def squeeze(text):
    words = text.split()
    out = []
    for word in words:
        if word.startswith("a"):
            out.append(word.upper())
        elif "x" in word:
            out.append(word.replace("x", "<x>"))
        else:
            out.append(word[::-1].strip())
    return "_".join(out)


def run(n):
    a = squeeze(grow(n))
    b = lines(n)
    digits = 0
    for ch in b:
        if ch.isdigit():
            digits += 1
    return len(a), a[:40], len(b), b[-12:], digits


def main():
    import sys

    mode = sys.argv[1] if len(sys.argv) > 1 else "check"
    if mode == "check":
        print(run(CHECK))
    elif mode == "once":
        print(run(DEFAULT))
    elif mode == "best":
        import time

        for _ in range(int(sys.argv[2])):
            start = time.perf_counter()
            run(SHORT)
            print(time.perf_counter() - start)
    else:
        raise SystemExit("usage: check | once | best K")


if __name__ == "__main__":
    main()
