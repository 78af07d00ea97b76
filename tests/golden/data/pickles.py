"""Library: pickles of all protocols, byte by byte."""

import _pickle
import collections
import copyreg
import io
import pickle
import pickletools


class Plain:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("a", "b")


class Kept(list):
    pass


class Named(dict):
    pass


class Args(tuple):
    def __new__(cls, *args, **kwargs):
        return super().__new__(cls, args)

    def __getnewargs_ex__(self):
        return tuple(self), {"key": 1}


class Setter:
    def __reduce__(self):
        return Setter, (), {"x": 1}, None, None, apply_state

    class Inner:
        def method(self):
            pass


def apply_state(setter, state):
    setter.__dict__.update(state)


class Stated:
    def __getstate__(self):
        return [1, 2]

    def __setstate__(self, state):
        self.state = state


class Odd:
    def __init__(self, reduced):
        self.reduced = reduced

    def __reduce__(self):
        return self.reduced

    def __repr__(self):
        return "Odd()"


class Loop:
    pass


def show(*args, **kwargs):
    try:
        return pickle.dumps(*args, **kwargs)
    except Exception as error:
        notes = getattr(error, "__notes__", [])
        return f"{type(error).__name__}: {error} {notes}"


def load(data, **kwargs):
    try:
        return pickle.loads(data, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


slotted = Slotted()
slotted.a = 1
kept = Kept([1, 2])
kept.attribute = "x"
shared = [1]
loop = []
loop.append((loop,))
circle = Loop()
circle.me = [circle]
values = [
    None, True, False, 0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -1, -(2**31), -(2**31) - 1, 2**63, -(2**63), 10**30, -(10**30),
    2**2048, 0.0, -1.5, 1e300, "", "a", "é", "\u1234\U00012345", "\ud800", "a\nb\\\0\x1a", "x" * 256, b"", b"ab\xff", b"x" * 300, bytearray(b""),
    bytearray(b"abc"), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], list(range(3)), {}, {"a": 1}, {"a": 1, "b": [2]},
    set(), {1}, frozenset(), frozenset([1]), [shared, shared], loop, int, len, [].append, type(None), type(...), ..., NotImplemented,
    Plain(a=1, b="x"), slotted, kept, Named(a=1), Args(1, 2), Setter(), Setter.Inner, Setter.Inner.method, Stated(), complex(1, 2), range(3),
    slice(1, 2), collections.OrderedDict(a=1), collections.deque([1], 3), ValueError("x", 1),
]
for value in values:
    for protocol in range(6):
        data = show(value, protocol)
        print(protocol, data if len(data) < 400 else (len(data), data[:40]))
        if isinstance(data, str):
            continue
        if protocol:
            assert pickle._dumps(value, protocol) == data, (value, protocol)
        back = pickle.loads(data)
        assert type(back) is type(value)
for size in (999, 1000, 1001, 2000, 2001):
    for protocol in (0, 1, 2, 4):
        data = pickle.dumps([list(range(size)), dict.fromkeys(range(size)), set(range(size))], protocol)
        print(size, protocol, len(data), data.count(b"e"), data.count(b"u"))
        assert pickle.loads(data) == [list(range(size)), dict.fromkeys(range(size)), set(range(size))]

# Frames.
big = [b"x" * 70000, "y" * 100, "z" * 66000, *range(40000)]
data = pickle.dumps(big)
print(len(data), [(op.name, arg) for op, arg, _ in pickletools.genops(data) if op.name == "FRAME"])
assert pickle.loads(data) == big


class Log:
    def write(self, data):
        print("write", len(data), bytes(data[:12]))


pickle.dump(big, Log())
stream = io.BytesIO()
for value in ("first", [2], {"third": 3}):
    pickle.dump(value, stream)
stream.seek(0)
print([pickle.load(stream) for _ in range(3)], stream.read())
stream.seek(0)
reader = pickle.Unpickler(stream)
print(reader.load(), reader.load(), reader.load())
try:
    reader.load()
except EOFError as error:
    print("EOFError", error)

# What cannot be pickled.
local = lambda: None
for reduced in ((), (1,), (1, 2), (int, 3), (int, (), None, 1), (int, (), None, None, 2), (int, (), None, None, None, 3), 5, "nowhere",
                (copyreg.__newobj__, ()), (copyreg.__newobj__, (1,)), (copyreg.__newobj__, (int,)), (copyreg.__newobj_ex__, (int, (), 3)),
                (copyreg.__newobj_ex__, (int, 1, {})), (copyreg.__newobj_ex__, (int,)), (int, (1, 2), local), (local, ())):
    print(str(show(Odd(reduced), 4)).replace(hex(id(local)), "ADDRESS"))
local.__qualname__ = "f.<locals>.g"
print(show({"k": [1, (local,)]}).replace(hex(id(local)), "ADDRESS"))
print(show((i for i in ())).split("'")[1::2], show({1, type("Gone", (), {})}).split(":")[0])
print(show(1, 6), show(1, 4, buffer_callback=print), show(1, "x"))
try:
    pickle.dump(1, 2)
except TypeError as error:
    print(error)
try:
    pickle.load(2)
except TypeError as error:
    print(error)

# Broken pickles.
for data in (b"", b"N", b".", b"(.", b"0.", b"2.", b"\x80\x06N.", b"Z", b"\xff", b"'", b"h\x01.", b"g5\n.", b"gx\n.", b"p-1\n.", b"Np-1\n.", b"Ix\n.", b"I\n.", b"Lx\n.",
             b"Fx\n.", b"Sx\n.", b"S'x'\n.", b"U\x01\xff.", b"V\\u1234\n.", b"\x8a\x01", b"\x8b\xff\xff\xff\xff", b"X\x05\0\0\0ab.", b"(NNu.", b"}(Nu.", b"(Nd.",
             b"NNb.", b"]NR.", b"NNR.", b"N)\x81.", b"cbuiltins\nint\nN\x81.", b"NN\x93.", b"cno_such_module\nx\n.", b"cbuiltins\nno_such_name\n.",
             b"\x82\x05.", b"\x82\0.", b"\x84\0\0\0\0.", b"Pid\n.", b"NQ.", b"\x97.", b"N\x98.", b"e.", b"Na.", b"NNa.", b"](Ne.", b"K\x01(Ne.", b"\x8f(]\x90.", b"}]Ns.",
             b"\x95\xff\0\0\0\0\0\0\0N.", b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", b"(i\n\n.", b"(ibuiltins\nlist\n.", b"(cbuiltins\nint\nI5\no.", b"(o.", b"r\xff\xff\xff\xff."):
    print(data, load(data))
print(load(b"\x80\x02U\x02\xc3\xa9.", encoding="utf-8"), load(b"U\x01\xff.", encoding="bytes"), load(b"U\x01\xff.", errors="replace"))
print(load(b"c__builtin__\nxrange\n."), load(b"c__builtin__\nxrange\n.", fix_imports=False), load("text"))

# Persistent identifiers, overridden methods.
class P(pickle.Pickler):
    def persistent_id(self, obj):
        return ("id", obj.name) if isinstance(obj, Plain) else None

    def reducer_override(self, obj):
        return (str, ("slotted",)) if isinstance(obj, Slotted) else NotImplemented


class U(pickle.Unpickler):
    def persistent_load(self, pid):
        return f"loaded {pid}"

    def find_class(self, module, name):
        print("find", module, name)
        return super().find_class(module, name)


for protocol in range(6):
    stream = io.BytesIO()
    P(stream, protocol).dump([Plain(name="n"), slotted, Setter()])
    stream.seek(0)
    print(protocol, U(stream).load()[:2])
stream = io.BytesIO()
pickler = pickle.Pickler(stream, 2)
pickler.dispatch_table = {Plain: lambda plain: (list, ((1, 2),))}
pickler.fast = True
print(pickler.bin, pickler.fast, pickler.memo.copy())
pickler.dump([Plain(), [], []])
print(stream.getvalue())
pickler.fast = False
pickler.dump(shared)
print([item[0] for item in pickler.memo.copy().values()])
pickler.clear_memo()
print(pickler.memo.copy(), type(pickler.memo).__name__)

# Buffers.
buffers = []
data = pickle.dumps([pickle.PickleBuffer(b"read"), pickle.PickleBuffer(bytearray(b"write"))], 5, buffer_callback=buffers.append)
print(data, [bytes(b.raw()) for b in buffers], pickle.loads(data, buffers=[b"one", b"two"])[1])
print(pickle.dumps(pickle.PickleBuffer(bytearray(b"in band"))), show(pickle.PickleBuffer(b""), 4))
released = pickle.PickleBuffer(b"x")
released.release()
print(show(released), load(data), load(data, buffers=[b"x"]))

# Depth.
deep = []
for _ in range(200000):
    deep = [deep]
print(show(deep).split(":")[0])
while deep:
    deep = deep[0]
print([cls.__name__ for cls in _pickle.PicklingError.__mro__], _pickle.Pickler.__module__, pickle.Pickler is _pickle.Pickler)
