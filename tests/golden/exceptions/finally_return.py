# §8.4.4 finally with return, break and continue: what is lost, and the warnings about it.
def a():
    try: raise ValueError('lost')
    finally: return 'from finally'
def b():
    for i in range(3):
        try: 1 / 0
        finally: break
    return i
def c():
    out = []
    for i in range(3):
        try: out.append(10 // i)
        finally: continue
    return out
def d():
    try: return 1
    finally: return 2
def e():
    try:
        try: return 'inner'
        finally: raise KeyError('replaces the return')
    except KeyError as k: return str(k)
def f():
    while True:
        try:
            try: return 'x'
            finally: break
        finally: print('outer finally')
    return 'after'
def g():
    try:
        yield 1
    finally:
        return 'stop value'
print(a(), b(), c(), d(), e(), f())
it = g(); next(it)
try: it.throw(ValueError)
except StopIteration as s: print('swallowed', s.value)
