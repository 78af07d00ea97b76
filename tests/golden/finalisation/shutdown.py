# §3.3.1/§5 Interpreter exit: module globals finalised, __del__ can still use built-ins, output is flushed.
import sys
class D:
    def __init__(self, n): self.n = n
    def __del__(self): print('exit del', self.n, len([1, 2]), sorted([2, 1]))
a = D('global a')
def f(): return 1
class K:
    attr = D('class attribute')
lst = [D('in list')]
sys.my_attr = D('on sys')
def gen():
    try: yield 1
    finally: print('generator closed at exit')
g = gen(); next(g)
class Ctx:
    def __enter__(self): return self
    def __exit__(self, *a): print('ctx exit', a[0].__name__ if a[0] else None)
print('end of main', end='\n')
sys.stdout.write('no newline, then flushed|')
