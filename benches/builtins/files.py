"""Files: reading and writing text and bytes, StringIO, BytesIO."""

from timing import measure

SETUP = """
import io, os, tempfile
folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "lines.txt")
with open(path, "w") as f:
    for n in range(2000):
        f.write("line number %d of the file\\n" % n)
out = os.path.join(folder.name, "out.txt")
content = open(path).read()
lines = content.splitlines(True)
"""

measure("file", SETUP, {
    "open_close": "open(path).close()",
    "read_text": "with open(path) as f: f.read()",
    "read_bytes": "with open(path, 'rb') as f: f.read()",
    "iterate_lines": "with open(path) as f:\n    for line in f: pass",
    "readlines": "with open(path) as f: f.readlines()",
    "readline": "with open(path) as f:\n    while f.readline(): pass",
    "iterate_bytes": "with open(path, 'rb') as f:\n    for line in f: pass",
    "write_lines": "with open(out, 'w') as f:\n    for line in lines: f.write(line)",
    "writelines": "with open(out, 'w') as f: f.writelines(lines)",
    "write_whole": "with open(out, 'w') as f: f.write(content)",
    "stringio_write": "s = io.StringIO()\nfor line in lines: s.write(line)",
    "stringio_read": "for line in io.StringIO(content): pass",
    "bytesio": "b = io.BytesIO()\nfor _ in range(100): b.write(b'abc')",
    "stat": "os.stat(path)",
    "exists": "os.path.exists(path)",
    "join": "os.path.join('a', 'b', 'c')",
    "listdir": "os.listdir(folder.name)",
}, budget=0.03)
