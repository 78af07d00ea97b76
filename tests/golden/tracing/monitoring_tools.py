"""The tools of sys.monitoring."""

import sys
m=sys.monitoring; E=m.events
m.use_tool_id(3,"t")
out=[]
def cb(name):
    def f(code,*a):
        out.append((name,code.co_name,*[x if isinstance(x,(int,str,type(None))) and name in('LINE',) else getattr(x,'__name__',type(x).__name__) for x in a]))
    return f
names=['PY_START','PY_RESUME','PY_RETURN','PY_YIELD','LINE','RAISE','EXCEPTION_HANDLED','PY_UNWIND','PY_THROW','CALL','C_RETURN','C_RAISE','RERAISE']
for n in names: m.register_callback(3,getattr(E,n),cb(n))
def g():
    try:
        yield 1
    except KeyError:
        yield 2
def f(n):
    t = 0
    for i in range(n):
        t += len([i])
    x = g()
    next(x)
    x.throw(KeyError)
    try:
        int("x")
    except ValueError:
        pass
    return t
def bad():
    raise ValueError
mask=0
for n in names:
    mask|=getattr(E,n)
m.set_events(3,mask)
f(2)
try: bad()
except ValueError: pass
m.set_events(3,0)
for o in out: print(*o)
out=[]
hits=[]
def line(code, n):
    hits.append(n); return m.DISABLE
m.register_callback(3,E.LINE,line)
m.set_local_events(3,f.__code__,E.LINE)
f(3);f(3)
print(hits); m.restart_events(); f(1); print(hits)
m.free_tool_id(3)
try: m.set_events(3,1)
except ValueError as e: print(e)
