"""Records what CPython says of each snippet: run with the reference Python.

    python3.14 record.py < snippets.txt > errors.tsv

Snippets are Python string literals, one a line. Before one may stand its mode
where it is not "exec", and options: `v7` (feature_version 3.7), `types` (type
comments) and `more` (what the prompt asks: is the input incomplete?).
"""

import ast
import sys
import warnings

warnings.simplefilter("ignore")

MORE = 0x4000 | 0x200  # PyCF_ALLOW_INCOMPLETE_INPUT | PyCF_DONT_IMPLY_DEDENT


def outcome(source, words):
    mode, flags, version = "exec", ast.PyCF_ONLY_AST, -1
    for word in words:
        if word == "types":
            flags |= ast.PyCF_TYPE_COMMENTS
        elif word == "more":
            flags |= MORE
        elif word[0] == "v":
            version = int(word[1:])
        else:
            mode = word
    try:
        tree = compile(source, "x", mode, flags, _feature_version=version)
    except SyntaxError as e:
        return type(e).__name__, e.msg, e.lineno or 0, e.offset or 0, e.end_lineno or 0, e.end_offset or 0
    except MemoryError as e:
        return "MemoryError", str(e), 0, 0, 0, 0
    if "types" in words:
        return "ok", ast.dump(tree, include_attributes=True, show_empty=True)
    return ("ok",)


def main():
    for line in sys.stdin:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        quote = min(line.find(q) for q in "'\"" if q in line)
        words = line[:quote].split()
        source = ast.literal_eval(line[quote:])
        escaped = source.encode("unicode_escape").decode()
        print(" ".join(words), escaped, *outcome(source, words), sep="\t")


main()
