# §7.1 Expression statements and evaluation for effect: lone names, calls, yields, awaits, comparisons, constants.
seen = []
def n(x): seen.append(x); return x
n(1); n(2), n(3); [n(4), n(5)]; n(6) + n(7); n(8) if n(0) else n(9); n(10) and n(11) or n(12)
n(13) < n(14) < n(12) < n(99); not n(15); -n(16); {n(17): n(18)}; (n(19),)[n(0)]; f'{n(20)}{n(21)!r}'; lambda: n(22)
[n(i) for i in (23, 24)]; (n(i) for i in (25,)); {n(26)}; n(n)(27) if 0 else n(28); ...; None; 'text'; 5; b'x'; True; seen
print(seen)
try: undefined_name
except NameError as e: print(e)
try: seen.nope
except AttributeError as e: print(e)
try: seen[100]
except IndexError as e: print(e)
try: 1 / 0; print('not reached')
except ZeroDivisionError as e: print(e)
class P:
    @property
    def p(self): print('property ran'); return 1
    def __getitem__(self, k): print('item', k)
    def __eq__(self, o): print('eq'); return True
    def __bool__(self): print('bool'); return True
    def __add__(self, o): print('add')
    def __neg__(self): print('neg')
    def __iter__(self): print('iter'); return iter(())
    def __contains__(self, o): print('contains')
    def __len__(self): print('len'); return 1
    def __format__(self, s): print('format', s); return ''
    def __call__(self): print('call')
    def __getattr__(self, a): print('getattr', a)
x = P()
x; x.p; x[1]; x == 1; x != 1; not x; x and 1; x or 2; x + 1; -x; [*x]; 1 in x; f'{x:s}'; x(); x.other; x is 1 if 0 else None; (x, x); [x]; x if x else 0; x < 1 if 0 else x[1:2]
def g(): yield; (yield 1); x = yield 2; print('sent', x); yield
it = g(); next(it); next(it); next(it); it.send('v'); print(list(it))
async def c(): await d(); (await d()); return await d()
async def d(): print('d', end=' '); return 1
try: c().send(None)
except StopIteration as s: print(s.value)
def doc(): 'doc'; 'not doc'
def nodoc(): f'not {1}'
def nodoc2(): b'bytes'
class K: 'class doc'
print(doc.__doc__, nodoc.__doc__, nodoc2.__doc__, K.__doc__, __doc__)
del x
