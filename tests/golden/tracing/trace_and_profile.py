"""What trace and profile functions are told."""

import sys
def t(f,e,a):
    out.append((e,f.f_lineno,f.f_code.co_name,(a if e!='exception' else a[0])))
def t2(f,e,a): t(f,e,a); return t2
import contextlib

src='''
def g():
    yield 1
    try:
        yield 2
    finally:
        x=1
def f():
    for i in g(): pass
    return 5
class A:
    def __init__(self, n):
        self.n = n
    @property
    def twice(self):
        return self.n * 2
def h(n):
    total = 0
    while n:
        total += A(n).twice
        n -= 1
    return total
def bad():
    try:
        h(1)
        raise ValueError
    finally:
        h(0)
try:
    f()
    h(2)
    [x for x in range(2)]
    bad()
except ValueError:
    pass
with contextlib.nullcontext(1) as q:
    pass
try: 1/0
except ZeroDivisionError: pass
list(map(lambda x: x, [1,2]))
'''
code=compile(src,'s','exec')
def prof(f,e,a):
    out.append((e,f.f_code.co_name,getattr(a,'__name__',a) if e.startswith('c_') else a if not isinstance(a,type) else a.__name__))
for kind in 'trace','profile':
    out=[]
    if kind=='trace': sys.settrace(t2)
    else: sys.setprofile(prof)
    exec(code,{'__name__':'x','contextlib':contextlib})
    sys.settrace(None); sys.setprofile(None)
    for o in out: print(kind,*[x if not (isinstance(x,object) and 'object at' in repr(x)) else type(x).__name__ for x in o])
