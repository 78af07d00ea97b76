"""Records what CPython says of each snippet: run with the reference Python.

    python3.14 record.py < snippets.txt > errors.tsv

Snippets are Python string literals, one a line, a mode before them where it is
not "exec"; so are the messages in the table.
"""

import ast
import sys
import warnings

warnings.simplefilter("ignore")


def outcome(source, mode):
    try:
        compile(source, "x", mode, ast.PyCF_ONLY_AST)
    except SyntaxError as e:
        return type(e).__name__, e.msg, e.lineno or 0, e.offset or 0, e.end_lineno or 0, e.end_offset or 0
    except MemoryError as e:
        return "MemoryError", str(e), 0, 0, 0, 0
    return ("ok",)


def main():
    for line in sys.stdin:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        mode = "exec"
        for other in ("eval", "single", "func_type"):
            if line.startswith(other + " "):
                mode, line = other, line[len(other) + 1 :]
        source = ast.literal_eval(line)
        escaped = source.encode("unicode_escape").decode()
        print(mode, escaped, *outcome(source, mode), sep="\t")


main()
