"""Records what CPython makes of source files, for tests/trees.rs to compare.

    python3.14 record_trees.py trees LIBRARY TESTS > trees.txt
    python3.14 record_trees.py mutations LIBRARY TESTS > mutations.gz

`trees` gives a line for each file: root/path, a tab, the outcome. `mutations`
gives 5,000 small damaged sources: a header `outcome<TAB>length in bytes`, then
the source and a newline, each. An outcome is a digest of the tree, or the
error's type|message|lineno|offset|end_lineno|end_offset.

The digest is BLAKE2b (8 bytes) of the text of `ast.dump(tree,
include_attributes=True, show_empty=True)` in which every value of a constant
is preceded by the name of its type and a colon.
"""

import ast
import gzip
import hashlib
import io
import pathlib
import random
import sys
import tokenize
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20_000)


def text_of(node):
    out = []
    write(node, out.append)
    return "".join(out)


def write(node, put):
    if isinstance(node, ast.AST):
        cls = type(node)
        put(cls.__name__ + "(")
        separator = ""
        for name in cls._fields + cls._attributes:
            value = getattr(node, name)
            if value is None and getattr(cls, name, ...) is None:
                continue
            put(f"{separator}{name}=")
            separator = ", "
            if name in ("value", "kind") and cls in (ast.Constant, ast.MatchSingleton):
                put(f"{type(value).__name__}:{value!r}")
            else:
                write(value, put)
        put(")")
    elif isinstance(node, list):
        put("[")
        for i, item in enumerate(node):
            if i:
                put(", ")
            write(item, put)
        put("]")
    else:
        put(repr(node))


def outcome(source):
    try:
        tree = compile(source, "<tree>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as e:
        message = str(e.msg).replace("\n", "\\n").replace("\t", "\\t")
        return f"{type(e).__name__}|{message}|{e.lineno}|{e.offset}|{e.end_lineno}|{e.end_offset}"
    except (RecursionError, MemoryError, ValueError) as e:
        return f"{type(e).__name__}|{e}|None|None|None|None"
    text = text_of(tree).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def files(roots):
    for name, root in zip(("lib", "test"), roots):
        root = pathlib.Path(root)
        for path in sorted(root.rglob("*.py")):
            yield f"{name}/{path.relative_to(root)}", path.read_bytes()


def record_trees(roots):
    for name, data in files(roots):
        print(name, outcome(data), sep="\t")


def windows(roots):
    """Runs of whole top-level statements, of 80 lines at most."""
    for name, data in files(roots):
        try:
            source = data.decode("utf-8").replace("\r\n", "\n")
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        lines = source.splitlines(keepends=True)
        start = 0
        for statement in tree.body:
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno] + [d.lineno for d in decorators]) - 1
            if statement.end_lineno - start > 80:
                start = first
            if 3 <= statement.end_lineno - start <= 80:
                text = "".join(lines[start:statement.end_lineno])
                if len(text) < 2_000:
                    yield text
                    start = statement.end_lineno


def tokens_of(source):
    """Where each visible token stands, as offsets."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    result = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.string.strip() and token.type != tokenize.COMMENT:
            begin = starts[token.start[0] - 1] + token.start[1]
            result.append((begin, starts[token.end[0] - 1] + token.end[1]))
    return result


def mutate_tokens(source, rng):
    tokens = tokens_of(source)
    i = rng.randrange(len(tokens) - 1)
    (a, b), (c, d) = tokens[i], tokens[i + 1]
    if c < b:
        return source[:a] + source[b:]
    match rng.randrange(5):
        case 0:
            return source[:a] + source[b:]
        case 1:
            return source[:b] + " " + source[a:b] + source[b:]
        case 2:
            return source[:a] + source[c:d] + source[b:c] + source[a:b] + source[d:]
        case 3:
            e, f = rng.choice(tokens)
            return source[:a] + source[e:f] + source[b:]
        case _:
            at = rng.randrange(a, b)
            return source[:at] + source[at + 1:]


def mutate_lines(source, rng):
    lines = source.splitlines(keepends=True)
    i = rng.randrange(len(lines) - 1)
    match rng.randrange(4):
        case 0:
            del lines[i]
        case 1:
            lines.insert(i, lines[i])
        case 2:
            lines[i], lines[i + 1] = lines[i + 1], lines[i]
        case _:
            lines[i] = rng.choice([" ", "    ", "\t"]) + lines[i] if rng.random() < 0.5 else lines[i].lstrip(" ")
    return "".join(lines)


def record_mutations(roots):
    rng = random.Random(314)
    pool = list(windows(roots))
    out = io.BytesIO()
    count = 0
    while count < 5_000:
        source = rng.choice(pool)
        try:
            damaged = (mutate_tokens if rng.random() < 0.75 else mutate_lines)(source, rng)
        except (ValueError, tokenize.TokenError, SyntaxError):
            continue
        if damaged == source or "\0" in damaged:
            continue
        data = damaged.encode()
        out.write(f"{outcome(data)}\t{len(data)}\n".encode() + data + b"\n")
        count += 1
    sys.stdout.buffer.write(gzip.compress(out.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    {"trees": record_trees, "mutations": record_mutations}[sys.argv[1]](sys.argv[2:])
