# Compiled code is freed with its function: also when it returns for the last time, calls itself, or lies in a cycle.
import gc, weakref
def make(i):
    ns = {}
    exec(f'''
def inner(n): return n + {i}
def f(n):
    t = 0
    for k in range(n): t += inner(k)
    return t
def again(n): return n and again(n - 1) + {i}
''', ns)
    return ns['f'], ns['again']
total = 0
for i in range(60):
    f, again = make(i)
    for _ in range(80): total += f(5) + again(4)
print(total)
refs = []
for i in range(5):
    f, again = make(i)
    for _ in range(300): f(10); again(3)
    refs += [weakref.ref(f.__code__), weakref.ref(again.__code__)]
del f, again
gc.collect()
print([r() is None for r in refs])
holder = {}
def suicide(n):
    t = 0
    for k in range(n):
        if k == n - 2: holder.clear(); gc.collect()
        t += k
    return t
code = suicide.__code__
import types
for _ in range(40):
    holder['f'] = types.FunctionType(code.replace(co_name='other'), {'holder': holder, 'gc': gc, 'range': range})
    print(holder.pop('f')(90), end=' ')
print()
class Chain:
    def __init__(self, n): self.next = Chain(n - 1) if n else None
    def sum(self): return 1 + (self.next.sum() if self.next else 0)
for _ in range(5):
    class Local(Chain):
        def twice(self): return self.sum() * 2
    print(sum(Local(5).twice() for _ in range(200)))
