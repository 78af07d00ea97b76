# §built-in print and standard streams: sep, end, file, flush, errors, StringIO-like objects, order.
import sys
print(); print(1, 'a', None, [1], sep='-', end='!\n'); print('a', 'b', sep=''); print(sep='x'); print('x', end=''); print(''); print(1, 2, sep='\n'); print('a', sep=None, end=None)
print(*range(5), sep=', '); print(*'abc', *[1, 2]); print(*[], end='.\n'); print(('t',), {'k': 'v'}, {1}, b'b', 1.5, 2j, ..., type(1), 'é€😀')
class W:
    def __init__(self): self.parts = []
    def write(self, s): self.parts.append(s)
    def flush(self): self.parts.append('<flush>')
w = W(); print('to', 'w', file=w, flush=True); print(1, file=w, sep=5 if False else None); print(w.parts)
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: print(1, file=5), lambda: print(1, end=5), lambda: print(1, sep=b''), lambda: print(1, nope=2), lambda: print(1, file=None))
class S:
    def __str__(self): return 'custom str'
class Bad:
    def __str__(self): raise ValueError('no str')
print(S(), [S()] == 0, f'{S()}'); tries(lambda: print('partial', Bad()))
print(file=sys.stdout); print('stderr text', file=sys.stderr); sys.stdout.write('write returns '); print(sys.stdout.write('abc'))
sys.stdout.writelines(['l1\n', 'l2\n']); sys.stderr.write('err\n'); sys.stdout.flush()
old = sys.stdout; sys.stdout = w; print('captured'); sys.stdout = old; print(w.parts[-2:])
class NoFlush:
    def write(self, s): old.write(f'<{s}>')
print('a', 'b', file=NoFlush()); print()
import io
b = io.StringIO(); print('into', 'buffer', file=b); print(repr(b.getvalue())); b.write('more'); b.seek(0); print(b.read(4), b.readline(), b.read(), b.tell(), b.getvalue())
b = io.StringIO('l1\nl2\nl3'); print(b.readline(), list(b), b.read(), b.closed); b.close(); tries(lambda: b.read())
r = io.BytesIO(b'abc\ndef'); print(r.read(2), r.readline(), r.read(), r.getvalue(), r.seek(1), r.read(), r.tell()); r.write(b'!'); print(r.getvalue()); r.truncate(2); print(r.getvalue())
print(sys.stdout.encoding, sys.stdout.errors, sys.stdout.isatty(), sys.stdout.fileno(), sys.stdin.read(), sys.stdin.readline(), sys.stdout.name, sys.stdout.mode, sys.stdout.writable(), sys.stdin.readable(), sys.stdout.closed)
try: input('prompt> ')
except EOFError as e: print(type(e).__name__, e)
sys.stdout.buffer.write(b'raw bytes \xc3\xa9\n') if False else print('done with buffer')
sys.stdout = None; print('goes nowhere'); sys.stdout = old
sys.displayhook(5); sys.displayhook(None); sys.displayhook('text')
exec(compile('1 + 1; None; "shown"; [1]', '<single>', 'single'))
print(__builtins__._ if hasattr(__builtins__, '_') else 'no underscore')
print('%-10s|%10s|' % ('left', 'right'), 'no newline at end', end='')
