# §8.2-8.3 while and for: else clauses, break, continue, rebinding, mutation while iterating.
def loop(limit, stop):
    i = 0
    while i < limit:
        i += 1
        if i == stop: break
        if i % 2: continue
        print(i, end=' ')
    else:
        print('else', end=' ')
    return i
print(loop(5, 9), loop(5, 4), loop(0, 0))
for i in range(3): pass
else: print('for else', i)
for i in []: pass
else: print('empty else', i)
for i in range(3):
    for j in range(3):
        if j == i: break
    else:
        print('inner complete', i); continue
    if i == 2: print('leaving'); break
else: print('not reached')
for i in range(3):
    print(i, end=' '); i = 10
print(i)
l = [1, 2, 3, 4]
for x in l:
    if x % 2: l.remove(x)
print(l)
l = [1, 2]
for x in l:
    if len(l) < 6: l.append(x * 10)
print(l)
for x in l[:]: l.pop()
print(l)
d = {1: 1}
try:
    for k in d: d[k + 1] = 1
except RuntimeError as e: print(e)
try:
    for k in (s := {1, 2}): s.add(k + 5)
except RuntimeError as e: print(e)
try:
    for k in (d := {1: 2, 3: 4}): del d[k]; d[9] = 1; d[10] = 2
except RuntimeError as e: print(e)
try:
    for k in (d := {1: 2, 3: 4}): d.pop(1, None); d[8] = 0
except RuntimeError as e: print(e)
for a, (b, *c) in [(1, 'xyz'), (2, [3])]: print(a, b, c)
class T: pass
t = T(); arr = [0, 0]
for t.attr in range(3): pass
for arr[1] in 'ab': pass
print(t.attr, arr)
while True:
    try: break
    finally: print('finally on break')
for i in range(2):
    try: continue
    finally: print('finally on continue', i)
def ret():
    for i in range(5):
        try:
            if i == 2: return i
        finally: print('f', i, end=' ')
print(ret())
for x in *[1, 2], 3: print(x, end=';')
for x in 1, 2: print(x, end=';')
print()
it = iter(range(6))
for x in it: print(x, next(it), end=' ')
print(list(it))
for bad in (5, None, 1.5, object):
    try:
        for _ in bad: pass
    except TypeError as e: print(e)
class BadIter:
    def __iter__(self): return 5
class BadNext:
    def __iter__(self): return self
    def __next__(self): raise KeyError('from next')
for cls in BadIter, BadNext:
    try:
        for _ in cls(): pass
    except Exception as e: print(type(e).__name__, e)
n = 3
while n: n -= 1
print(n)
for i in range(3): last = lambda: i
print(last())
for bad in ('break', 'continue', 'if 1: break', 'def f(): continue', 'class A:\n for x in y: pass\n break', 'for x in y:\n def f(): break', 'for 1 in x: pass', 'for f() in x: pass', 'for x in y: pass\nelse: continue'):
    try: compile(bad, 'l', 'exec'); print('ok')
    except SyntaxError as e: print(e.msg)
