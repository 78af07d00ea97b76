# §4.3 Built-in exception classes: bases, attributes, args, str and repr, pickling pieces, notes.
def tree(cls, depth=0):
    print(' ' * depth + cls.__name__)
    for sub in sorted((s for s in cls.__subclasses__() if s.__module__ == 'builtins'), key=lambda s: s.__name__): tree(sub, depth + 1)
tree(BaseException)
for e in (ValueError(), ValueError(1), ValueError(1, 2), ValueError('a'), KeyError('k'), KeyError(1, 2), KeyError(), OSError(2, 'No such'), OSError(2, 'No such', 'file'), OSError(2, 'No', 'f1', None, 'f2'), OSError('x'), StopIteration(5), SystemExit(3), SystemExit(), SystemExit(1, 2), ImportError('m', name='n', path='p'), NameError('n', name='q'), AttributeError('a', name='b', obj=5), UnicodeDecodeError('utf-8', b'a\xff', 1, 2, 'bad'), UnicodeEncodeError('ascii', 'aé', 1, 2, 'ord'), UnicodeTranslateError('xyz', 0, 2, 'why'), SyntaxError('msg'), SyntaxError('msg', ('f.py', 3, 4, 'text')), SyntaxError('m', ('f', 1, 2, 't', 5, 6)), AssertionError(()), KeyboardInterrupt('c')):
    print(type(e).__name__, repr(e), '|', str(e), '|', e.args)
e = OSError(2, 'No such', 'name'); print(type(e).__name__, e.errno, e.strerror, e.filename, e.filename2)
for n in (1, 2, 4, 11, 13, 17, 20, 21, 32, 104, 110, 111, 9999): print(n, type(OSError(n, 'm')).__name__, end='; ')
print()
print(StopIteration(1, 2).value, StopIteration().value, SystemExit(1, 2).code, SystemExit().code, ImportError('m', name='n').name, AttributeError('x', obj=3).obj)
u = UnicodeDecodeError('utf-8', b'abc', 1, 3, 'r'); print(u.encoding, u.object, u.start, u.end, u.reason); u.start = 2; print(u)
s = SyntaxError('bad', ('f.py', 1, 2, 'code')); print(s.msg, s.filename, s.lineno, s.offset, s.text, s.end_lineno, s.print_file_and_line)
class Own(Exception):
    def __init__(self, a, b=2): self.a = a
    def __str__(self): return f'own {self.a}'
print(repr(Own(1)), Own(1), Own(1, b=3).args, Own(5, 6).args)
x = ValueError('a'); x.args = [1, 2]; print(x, x.args, repr(x))
x.add_note('n1'); x.add_note('n2'); print(x.__notes__)
for f in (lambda: x.add_note(5), lambda: setattr(x, 'args', 5), lambda: setattr(x, '__cause__', 5), lambda: setattr(x, '__traceback__', 5), lambda: delattr(x, '__context__'), lambda: x.with_traceback(5), lambda: ValueError(a=1), lambda: ImportError('m', foo=1), lambda: UnicodeDecodeError('a'), lambda: SyntaxError('m', (1, 2)), lambda: setattr(x, '__suppress_context__', 'q')):
    try: print(f())
    except Exception as err: print(type(err).__name__, err)
y = KeyError('c'); x.__cause__ = y; print(x.__suppress_context__, x.__cause__, x.__context__)
print(x.__reduce__()[:2], OSError(2, 'a', 'b').__reduce__(), x.with_traceback(None) is x)
print(IOError is OSError, EnvironmentError is OSError, issubclass(KeyError, LookupError), Exception.__mro__[1].__name__, ExceptionGroup.__bases__)
class Multi(KeyError, AttributeError): pass
print([c.__name__ for c in Multi.__mro__], str(Multi('z')))
try: class_ = type('Bad', (OSError, SyntaxError), {})
except TypeError as err: print(err)
try: raise Own
except TypeError as err: print(err)
print(BaseException.__new__(ValueError, 1, 2).args, ValueError.__doc__, bool(ValueError()), ValueError(1) == ValueError(1), hash(x) == hash(x))
