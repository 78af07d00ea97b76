"""pdb with commands: a breakpoint, stepping, looking, going up, and on."""

import io
import pdb
import sys


def inner(value):
    doubled = value * 2
    return doubled


def outer(limit):
    total = 0
    for number in range(limit):
        total += inner(number)
    return total


commands = io.StringIO("""\
p limit
next
next
step
step
args
where 1
next
p doubled
up
p total
down
return
tbreak 9
continue
p value
!value = 10
continue
""")


class Debugger(pdb.Pdb):
    def __init__(self):
        super().__init__(stdin=commands, stdout=io.StringIO(), nosigint=True, readrc=False)
        self.use_rawinput = False
        self.prompt = ""


debugger = Debugger()
print(debugger.runcall(outer, 4))
lines = debugger.stdout.getvalue().splitlines()
print("\n".join(line.replace(__file__, "FILE").rpartition("/")[2] for line in lines))


def stop_here():
    here = 1
    sys.settrace(None)
    frame = sys._getframe()
    seen = []

    def trace(frame, event, arg):
        seen.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace

    frame.f_trace = trace
    sys.settrace(trace)
    here += 1
    for _ in range(2):
        here += 1
    sys.settrace(None)
    return seen


print(stop_here())


def failing(frame, event, arg):
    raise LookupError(event)


sys.settrace(failing)
try:
    inner(1)
except LookupError as e:
    print("trace function:", e, sys.gettrace())


def heated(n):
    total = 0
    for i in range(n):
        total += i
    return total


heated(5_000)
events = []
sys.setprofile(lambda frame, event, arg: events.append((event, frame.f_code.co_name)))
heated(10)
len([])
sys.setprofile(None)
print(events)
print(heated(5_000))
