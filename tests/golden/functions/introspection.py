# §3.2.8 Callable types: function attributes and code object attributes.
def f(a: int, b=2, /, c: str = 'x', *args, d, e=5, **kw) -> bool:
    """Docs of f."""
    local = a
    inner = lambda: local
    for i in range(2): pass
    return inner
c = f.__code__
print(f.__name__, f.__qualname__, f.__module__, f.__doc__, f.__defaults__, f.__kwdefaults__, f.__annotations__)
print(c.co_name, c.co_qualname, c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_nlocals, c.co_varnames, c.co_cellvars, c.co_freevars)
print(c.co_firstlineno, c.co_filename.rsplit('/', 1)[-1], bool(c.co_flags & 4), bool(c.co_flags & 8), bool(c.co_flags & 32))
print(f.__closure__, f.__globals__ is globals(), f.__builtins__ is vars(__builtins__), f.__type_params__, f.__dict__)
f.attr = 1; f.__doc__ = 'new'; f.__name__ = 'renamed'; f.__qualname__ = 'Q.renamed'; f.__module__ = 'elsewhere'
print(f.__name__, f.__qualname__, vars(f), f.__doc__, f.__code__.co_name, repr(f).split(' at ')[0])
class C:
    def m(self): 'method doc'
    @classmethod
    def k(cls): pass
    class N:
        def deep(self):
            def inner(): pass
            return inner
o = C()
m = o.m
print(m.__func__ is C.m, m.__self__ is o, m.__name__, m.__qualname__, m.__doc__, o.m == o.m, o.m is o.m, C.k.__self__ is C)
print(C.N().deep().__qualname__, (lambda: 0).__qualname__, [x for x in [lambda: 0]][0].__qualname__, C.__qualname__, C.N.__qualname__)
try: m.attr = 1
except AttributeError as e: print(e)
def g(): yield
async def h(): pass
async def ag(): yield
for fn in (f, g, h, ag): print(fn.__name__, bool(fn.__code__.co_flags & 0x20), bool(fn.__code__.co_flags & 0x80), bool(fn.__code__.co_flags & 0x200))
print(len.__name__, len.__qualname__, len.__module__, len.__self__.__name__, [].append.__qualname__, [].append.__self__, str.upper.__qualname__, str.upper.__objclass__, type(str.upper).__name__, type([].append).__name__, type(int.__add__).__name__, type((1).__add__).__name__, type(dict.fromkeys).__name__)
def swap(a, b=1): return 'swapped', a, b
def target(a): return 'orig'
target.__code__ = swap.__code__
try: print(target(1))
except TypeError as e: print(e)
target.__defaults__ = (9,); print(target(1))
for name, v in (('__code__', 1), ('__defaults__', 5), ('__kwdefaults__', []), ('__name__', 3), ('__dict__', 4), ('__annotations__', 1), ('__closure__', ()), ('__globals__', {}), ('__qualname__', None)):
    try: setattr(swap, name, v); print(name, 'set')
    except (TypeError, AttributeError) as e: print(name, type(e).__name__, e)
del swap.__defaults__; print(swap.__defaults__)
code2 = swap.__code__.replace(co_name='other', co_firstlineno=7)
print(code2.co_name, code2.co_firstlineno, code2 == swap.__code__, swap.__code__ == swap.__code__.replace())
def consts(): return 1, 'two', 3.0, None, (4, 5), frozenset()
print(consts())
def doc(): 'only doc'
def nodoc(): 1; 'not doc'
print(doc.__doc__, nodoc.__doc__, (lambda: 'x').__doc__)
print(callable(f), callable(C), callable(o), callable(5), callable(len), callable(C.k))
def recursive(n): return recursive.__name__ if n == 0 else recursive(n - 1)
print(recursive(3))
print([n for n in dir(f) if n.startswith('__c') or n.startswith('__t') or n.startswith('__k')])
