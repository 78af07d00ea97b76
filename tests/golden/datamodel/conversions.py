# §3.3.1 repr, str, bytes, format, bool, hash and comparison special methods with fallbacks.
class R:
    def __repr__(self): return '<R>'
class S:
    def __str__(self): return 'str of S'
class RS(R, S): pass
class Neither: pass
print(R(), str(R()), f'{R()}', [R(), R()], {R(): 1}, (R(),), '%s %r' % (R(), R()))
print(S(), str(RS()), repr(RS()), repr(S()).startswith('<__main__.S object at'), repr(Neither()).split(' at ')[0], format(S()), f'{RS()!r:>6}|')
class F:
    def __init__(self, v): self.v = v
    def __format__(self, spec): return f'[{self.v}:{spec}]'
print(f'{F(1)}', f'{F(1):abc}', '{:x}{:y}'.format(F(1), F(2)), format(F(3), 'q'), format(F(3)), '{0:{1}}'.format(F(1), 'dyn'))
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: format(S(), 'x'), lambda: f'{Neither():>10}', lambda: format(None, '>5'), lambda: format([], 'd'))
class B:
    def __bytes__(self): return b'by'
    def __fspath__(self): return '/p'
print(bytes(B())); tries(lambda: bytes(S()))
class Cmp:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __repr__(self): return f'C{self.v}'
print(sorted([Cmp(3), Cmp(1), Cmp(2)]), max(Cmp(1), Cmp(5)), min([Cmp(4), Cmp(2)]), Cmp(1) > Cmp(0), Cmp(1) == Cmp(1), Cmp(1) != Cmp(1))
tries(lambda: Cmp(1) <= Cmp(2), lambda: Cmp(1) < 5)
class Eq:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v if isinstance(o, Eq) else NotImplemented
print(Eq(1) == Eq(1), Eq(1) != Eq(1), Eq(1) == 1, Eq(1) != 1, Eq(1) in [Eq(1)], [Eq(1)].index(Eq(1)), [Eq(2), Eq(2)].count(Eq(2)))
class Ne(Eq):
    def __ne__(self, o): return 'custom ne'
print(Ne(1) != Ne(1), Ne(1) == Ne(1))
class Base:
    def __eq__(self, o): print('Base.eq', end=' '); return NotImplemented
class Derived(Base):
    def __eq__(self, o): print('Derived.eq', end=' '); return NotImplemented
print(Base() == Derived(), Derived() == Base(), Base() == Base())
class Arr:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return [x < o for x in self.v]
    def __eq__(self, o): return [x == o for x in self.v]
print(Arr([1, 5]) < 3, Arr([1, 5]) == 5)
class BoolErr:
    def __bool__(self): raise ValueError('ambiguous')
tries(lambda: not BoolErr(), lambda: BoolErr() and 1, lambda: [1 for _ in '1' if BoolErr()], lambda: bool(BoolErr()), lambda: 1 if BoolErr() else 2, lambda: any([BoolErr()]), lambda: list(filter(None, [BoolErr()])))
class RecRepr:
    def __init__(self): self.l = [self]
    def __repr__(self): return f'Rec({self.l})' if not hasattr(self, 'in_') else '...'
r = RecRepr()
try: repr(r)
except RecursionError: print('recursion in repr')
class StrSub(str):
    def __str__(self): return 'overridden'
    def __repr__(self): return 'repr overridden'
x = StrSub('raw'); print(x, repr(x), f'{x}', '%s' % x, x + '', ''.join([x]), str(x), x.upper(), [x], type(str(StrSub('a'))).__name__)
class Meta(type):
    def __repr__(c): return f'cls:{c.__name__}'
class K(metaclass=Meta): pass
print(K, [K], f'{K}', str(K), repr(type(K)))
print(repr(int), repr(len), repr(None), repr(...), repr(type), repr(range(3)), repr(slice(1, 2)), repr(NotImplemented), str(type('X', (), {}))[:7])
print(bool(0), bool(''), bool([0]), bool(0.0), bool(0j), bool(range(0)), bool({}), bool(None), bool(object()), bool(float('nan')), bool(b''), bool(set()), bool(...), bool(()))
