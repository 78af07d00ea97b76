"""The attributes, constructors and texts of the built-in exception classes."""


def show(text, **names):
    try:
        value = eval(text, globals(), names)
    except BaseException as e:
        print(f"{text} !! {type(e).__name__}: {e}")
    else:
        print(f"{text} -> {value!r} | {value}")
        return value


print("-- members")
for cls in (AttributeError, ImportError, NameError, OSError, StopIteration, SyntaxError, SystemExit,
            UnicodeDecodeError, BaseExceptionGroup, KeyError, FileNotFoundError):
    members = sorted(n for n, v in vars(cls).items() if type(v).__name__ == "member_descriptor")
    print(cls.__name__, members, "__new__" in vars(cls), "__init__" in vars(cls))
print(OSError.errno, StopIteration.value, OSError.characters_written)
show("OSError.errno.__get__(ValueError())")
show("ImportError.name.__get__(AttributeError(name='x'))")

print("-- keywords")
show("ImportError('m', nam='n')")
show("ModuleNotFoundError('m', name='n').name")
show("UnboundLocalError('m', nme='q')")
show("AttributeError('m', name='n', obj=3).__reduce__()")
show("KeyError('m', name='n')")

print("-- OSError")
for args in ((2, "x"), (2, "x", "f"), (2, "x", "f", None, "g"), (2, "x", None, None, "g"), ("a", "b"), (2,),
             (11, "x", 5), (2**80, "x"), (2.0, "x"), (1, 2, 3, 4, 5, 6)):
    e = OSError(*args)
    print(type(e).__name__, repr(e), e, e.args, e.errno, e.filename, e.filename2, e.__reduce__()[1])
    show("e.characters_written", e=e)


class Parsed(OSError):
    def __init__(self, name):
        super().__init__(2, name)


e = Parsed("q")
print(repr(e), e, e.errno, type(e))

print("-- SyntaxError")
for args in ((), ("m",), ("m", ("a/f", 1, 2, "t")), ("m", ("f", 1, 2, "t", 3, 4)), ("m", (None, 1, 2, "t")),
             ("m", ("f", None, 2, "t")), ("m", ("f", "1", 2, "t")), ("m", ("f", 2**70, 2, "t")), ("m", 1, 2)):
    e = SyntaxError(*args)
    print(repr(e), "|", e, "|", e.msg, e.filename, e.lineno, e.offset, e.text, e.end_lineno, e.end_offset)
show("SyntaxError('m', ('f', 1, 2, 't', 3))")
show("SyntaxError('m', ('f', 1, 2))")
show("SyntaxError('m', 3)")

print("-- Unicode errors")
show("UnicodeDecodeError('ascii', b'abc', 0, 1, 'r')")
show("UnicodeDecodeError('ascii', b'abc', 0, 2, 'r')")
show("UnicodeDecodeError('ascii', 'abc', 0, 1, 'r')")
show("UnicodeEncodeError('ascii', '\\u1234', 0, 1, 'r')")
show("UnicodeTranslateError('abc', 0, 3, 'r')")
show("UnicodeTranslateError('abc', 0, 3)")
e = UnicodeDecodeError("ascii", b"abc", 0, 1, "r")
del e.reason
print(e.reason, e)
e.object = "x"
show("str(e)", e=e)
e = UnicodeEncodeError("ascii", "abc", 0, 1, "r")
e.object = b"x"
show("str(e)", e=e)

print("-- BaseException")
e = ValueError(1, 2)
for statement in ("del e.args", "e.args = 3", "e.args = 'ab'", "e.__cause__ = 3", "e.__context__ = 3",
                  "e.__traceback__ = 3", "e.__suppress_context__ = 3", "del e.__dict__", "e.add_note(3)",
                  "e.add_note('n')", "e.__notes__ = 3", "e.add_note('n')", "e.__setstate__({'q': 3})",
                  "e.__setstate__(3)"):
    try:
        exec(statement)
        print(statement, "ok", e.args, e.__dict__)
    except Exception as x:
        print(statement, type(x).__name__, x)
for bases in ((OSError, ValueError), (OSError, ImportError), (KeyError, AttributeError), (ImportError, SyntaxError)):
    try:
        print(type("E", bases, {})("x", "y").__class__.__mro__[1:3])
    except TypeError as x:
        print(bases, x)

print("-- groups")


class Seq:
    shown = "one"

    def __len__(self):
        return 1

    def __getitem__(self, i):
        if i:
            raise IndexError
        return ValueError(1)

    def __repr__(self):
        return self.shown


class Code(ExceptionGroup):
    def __new__(cls, message, exceptions, code):
        self = super().__new__(cls, message, exceptions)
        self.code = code
        return self

    def derive(self, exceptions):
        return Code(self.message, exceptions, self.code)


seq = Seq()
e = ExceptionGroup("m", seq)
seq.shown = "two"
print(repr(e), e, e.args)
e = ExceptionGroup("m", [ValueError(1), TypeError(2)])
e.add_note("n")
e.__cause__ = KeyError(3)
match, rest = e.split(ValueError)
print(repr(match), repr(rest), match.__notes__, rest.__cause__, match.__notes__ is e.__notes__)
e.args = (1,)
print(repr(e), str(e))
e = Code("m", [ValueError(1), TypeError(2)], 4)
print(repr(e), e.split(TypeError)[1].code)
show("ExceptionGroup('m', [KeyboardInterrupt()])")
show("BaseExceptionGroup('m', [ValueError()])")
show("BaseExceptionGroup('m', [KeyboardInterrupt()]).derive([ValueError()])")
show("ExceptionGroup('m', [])")
show("ExceptionGroup('m', [3])")
show("ExceptionGroup('m', {})")
show("ExceptionGroup('m')")
show("ExceptionGroup('m', [ValueError()]).split(3)")
