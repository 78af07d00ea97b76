# §3.3.1 __del__ order: locals at return, containers, rebinding, temporaries in expressions, exceptions.
class D:
    def __init__(self, n): self.n = n
    def __del__(self): print('-' + str(self.n), end=' ')
    def __add__(self, o): return D(f'({self.n}+{o.n})')
    def me(self): return self
def case(name, f): print(name + ':', end=' '); f(); print()
def locals_(): a = D('a'); b = D('b'); c = D('c')
def rebind(): x = D(1); x = D(2); print('rebound', end=' '); x = None; print('none', end=' ')
def temp(): D('t'); print('after', end=' '); D('u').n; print('attr', end=' '); D('v').me(); print('call', end=' ')
def expr(): r = D('x') + D('y'); print('sum', end=' ')
def listing(): l = [D(i) for i in range(3)]; print('made', end=' '); del l[1]; print('deleted', end=' '); l[0] = 5; print('stored', end=' ')
def dicts(): d = {'k': D('v')}; d['k'] = D('w'); d.pop('k'); print('popped', end=' '); d[D('key')] = 1; d.clear(); print('cleared', end=' ')
def args(): (lambda a, b: print('in', end=' '))(D('p'), D('q')); print('out', end=' ')
def ret(): x = D('x'); return x.n
def loop():
    for i in range(3): x = D(i); print('it', end=' ')
    print('end', end=' ')
def loop2():
    for x in [D(1), D(2)]: print('it', end=' ')
    print('end', end=' ')
def exc():
    try: x = D('local'); raise ValueError(D('arg'))
    except ValueError as e: print('handler', end=' ')
    print('after', end=' ')
def inner_exc():
    def f(): y = D('inner'); raise KeyError
    try: f()
    except KeyError: print('caught', end=' ')
    print('past', end=' ')
def comp(): [D(i).n for i in range(2)]; print('|', end=' '); {D('s').n for _ in '1'}; any(D(j).n for j in (1, 2))
def nested(): a = D('outer'); a.child = D('child'); a.list = [D('in list')]
def attr(): o = D('o'); o.v = D(1); o.v = D(2); del o.v; print('del', end=' ')
def unpack(): a, b = D('l'), D('r'); a, b = b, a; del a; print('one', end=' ')
def closure():
    v = D('cell')
    def g(): return v
    del g; print('fn gone', end=' ')
def default():
    def g(x=D('default')): pass
    del g; print('gone', end=' ')
def klass():
    class K: attr = D('class attr')
    del K; import gc; gc.collect(); print('collected', end=' ')
def ternary(): (D('c') if D('cond') else 0); D('and') and D('b'); D('or') or 1; print('end', end=' ')
def withs():
    class CM:
        def __enter__(self): return D('entered')
        def __exit__(self, *a): print('exit', end=' ')
    with CM(): print('body', end=' ')
    with CM() as v: print('body', end=' ')
    print('out', end=' ')
def chain(): D(1).me().me(); print('chain', end=' '); x = D(2).me(); del x
def star(): print(*[D('s').n], end=' '); (lambda *a, **k: print('in', end=' '))(*[D('t')], **{'k': D('u')})
def fstr(): f'{D("f").n}{D("g").n}'; print('done', end=' ')
def sub(): [D('i')][0]; print('sub', end=' '); (D(0), D(1))[1].n; print('tup', end=' ')
def cmp(): D('lt').n < D('rt').n; print('cmp', end=' '); D('is') is D('is2'); print('is', end=' ')
def assert_(): assert D('assert'); print('ok', end=' ')
def retfin():
    x = D('x')
    try: return x.n
    finally: del x; print('fin', end=' ')
def tail(): return D('returned')
def glob():
    global gd; gd = D('g'); gd = 1; print('rebound', end=' '); del gd
def match_():
    match D('subject'):
        case D(n='subject'): print('matched', end=' ')
    print('end', end=' ')
for n, f in list(globals().items()):
    if callable(f) and n not in ('D', 'case', 'f'): case(n, f)
