# §6.2.1 Private name mangling in every position a name can have.
class A:
    __attr = 1
    def __method(self, __param=2): __local = __param; return self.__attr + __local
    def call(self): return self.__method()
    def kw(self, *, __k=3): return __k
    def g(self):
        global __glob
        __glob = 'g'
        return __glob
    def imp(self):
        import sys as __s
        return __s.__name__, sorted(locals())
    def comp(self): return [__i for __i in range(2)], {__k: __v for __k, __v in [(1, 2)]}
    def walrus(self): return (__w := 5), sorted(k for k in locals() if 'w' in k)
    def exc(self):
        try: 1 / 0
        except ZeroDivisionError as __e: return 'A__e' in str(sorted(locals()))
    def delete(self): self.__x = 1; del self.__x; return vars(self)
    def nested(self):
        class __B:
            __c = 1
            def f(self): return self.__c
        return __B.__name__, [k for k in vars(__B) if 'c' in k and not k.startswith('__')], __B().f()
    def lam(self): return (lambda __x: __x + self.__attr)(1)
    def match(self, v):
        match v:
            case [__a, *__r]: return __a, __r
            case {'k': __m}: return __m
            case A(_A__attr=__z): return __z
    def keyword(self): return dict(__key=1)
    def string(self): return getattr(self, '__attr', 'strings are not mangled')
    def ann(self): __v: int = 1; return __v
    __ann: int = 0
    __trailing__ = 'not mangled'
    _single = 'no'
    def fstr(self): return f'{self.__attr} {self.__attr=}'
    def nl(self):
        __n = 1
        def inner(): nonlocal __n; __n += 1; return __n
        return inner()
    def withs(self):
        class CM:
            def __enter__(s): return 7
            def __exit__(s, *a): pass
        with CM() as __t: pass
        for __f in 'ab': pass
        return sorted(locals())
a = A()
for n in ('call', 'kw', 'g', 'imp', 'comp', 'walrus', 'exc', 'delete', 'nested', 'lam', 'keyword', 'string', 'ann', 'fstr', 'nl', 'withs'): print(n, getattr(a, n)())
print(a.match([1, 2]), a.match({'k': 3}), a.match(A()), a.kw(_A__k=9), _A__glob, A.__annotations__, sorted(k for k in vars(A) if '__attr' in k or 'trailing' in k or 'single' in k))
try: a.kw(__k=1)
except TypeError as e: print(e)
try: a.__attr
except AttributeError as e: print(e)
class B(A):
    __attr = 'B'
    def both(self): return self.__attr, self._A__attr, self.call()
print(B().both())
class _C__: 
    def f(self): self.__q = 1; return vars(self)
class __D: 
    def f(self): self.__q = 1; return vars(self)
class _: 
    def f(self): self.__q = 1; return vars(self)
print(_C__().f(), __D().f(), _().f())
class S: __slots__ = ('__s',)
s = S(); s._S__s = 1; print(S.__slots__, s._S__s)
__outside = 1
class T:
    def f(self):
        try: return __outside
        except NameError as e: return str(e)
print(T().f())
