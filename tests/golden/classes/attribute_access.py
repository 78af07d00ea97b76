# §3.3.2 Attribute access: __getattr__, __getattribute__, __setattr__, __delattr__, __dir__, __dict__.
class A:
    cls_attr = 'class'
    def __init__(self): self.inst = 'instance'
    def __getattr__(self, n):
        if n.startswith('dyn'): return f'made {n}'
        raise AttributeError(f'no {n}!')
a = A()
print(a.cls_attr, a.inst, a.dyn1, hasattr(a, 'dyn2'), hasattr(a, 'zzz'), getattr(a, 'zzz', 'dflt'))
try: a.zzz
except AttributeError as e: print(e, e.name, e.obj)
class B:
    def __init__(self): object.__setattr__(self, 'log', []); self.x = 1
    def __getattribute__(self, n):
        if n != 'log' and not n.startswith('__'): object.__getattribute__(self, 'log').append('get ' + n)
        return object.__getattribute__(self, n)
    def __setattr__(self, n, v): self.log.append(f'set {n}'); object.__setattr__(self, n, v)
    def __delattr__(self, n): self.log.append(f'del {n}'); object.__delattr__(self, n)
b = B(); b.x += 1; del b.x; hasattr(b, 'q'); print(b.log)
class C:
    def __getattribute__(self, n):
        if n == 'up': raise AttributeError('from getattribute')
        if n == 'err': raise KeyError('other')
        return super().__getattribute__(n)
    def __getattr__(self, n): return f'fallback {n}'
c = C(); print(c.up)
try: hasattr(c, 'err')
except KeyError as e: print('KeyError passes', e)
class P:
    @property
    def p(self): raise AttributeError('inside property')
    def __getattr__(self, n): return f'getattr for {n}'
print(P().p)
class D:
    def __dir__(self): return ['z', 'a', 'm']
print(dir(D()), D().__dir__())
class E: pass
e = E(); e.__dict__['made'] = 5; e.__dict__.update(k=1); print(e.made, vars(e), e.k); e.__dict__ = {'new': 1}; print(e.new, hasattr(e, 'made'))
for v in (5, None, []):
    try: e.__dict__ = v
    except TypeError as err: print(err)
e.__dict__[5] = 'int key'; print(e.__dict__); setattr(e, 'with space', 1); print(getattr(e, 'with space'))
class F:
    x = 'class'
f = F(); f.x = 'inst'; print(f.x, F.x); del f.x; print(f.x)
try: del f.x
except AttributeError as err: print(err)
F.x = 'changed'; print(f.x); f.__class__ = E; print(hasattr(f, 'x'))
class G:
    def m(self): return 'method'
g = G(); g.m = lambda: 'instance function'; print(g.m()); del g.m; print(g.m())
G.__call__ = lambda self: 'called'; print(g()); g.__call__ = lambda: 'ignored'; print(g())
G.__len__ = lambda self: 3; print(len(g), bool(g)); del G.__len__
try: len(g)
except TypeError as err: print(err)
G.__getattr__ = lambda self, n: n * 2; print(g.ab); del G.__getattr__
try: g.ab
except AttributeError as err: print(err)
for obj, name, v in ((5, 'x', 1), ('s', 'y', 1), (object(), 'z', 1), (int, 'q', 1), (len, 'a', 1), (None, 'b', 1), ([], 'append', 1), (G.m, 'ok', 1)):
    try: setattr(obj, name, v); print('set', name)
    except (AttributeError, TypeError) as err: print(str(err))
class H:
    def __init__(self): self.__private = 1; self.__dunder__ = 2; self._H__x = 3
    def get(self): return self.__private, self.__x
    class __Inner: pass
    def f(self, __arg): return __arg
    __import_me = 5
    def kw(self): return self.f(_H__arg=9)
h = H(); print(sorted(vars(h)), h.get(), H._H__Inner.__name__, h.kw(), [n for n in dir(H) if 'H__' in n])
class _Under:
    def __init__(self): self.__v = 1
class ___:
    def __init__(self): self.__v = 2
print(vars(_Under()), vars(___()))
print(getattr(1, 'real'), getattr([], 'append').__name__, type(a).__getattribute__(a, 'inst'), object.__getattribute__(a, 'cls_attr'))
print([k for k in dir(E()) if k.startswith('__g') or k.startswith('__i')])
