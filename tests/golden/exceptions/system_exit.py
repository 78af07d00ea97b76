# §4.3/§10.1 SystemExit with a text: printed to stderr, exit code 1, finally and atexit-free order.
import sys
def leave():
    try:
        sys.exit('leaving with a message')
    finally:
        print('finally runs')
class Closer:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print('exit sees', t.__name__, v.code)
try:
    sys.exit(3)
except SystemExit as e:
    print('caught', e.code, e.args)
try:
    raise SystemExit
except SystemExit as e:
    print('caught', e.code)
try:
    exit_code = 5
    sys.exit((exit_code, 'tuple'))
except SystemExit as e:
    print(e.code)
print(isinstance(SystemExit(), Exception), SystemExit.__mro__[1].__name__)
with Closer():
    leave()
print('never')
