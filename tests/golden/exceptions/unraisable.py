# §3.3.1 An exception in __del__ is reported on stderr and the program goes on.
class D:
    def __init__(self, name): self.name = name
    def __repr__(self): return f'<D {self.name}>'
    def __del__(self):
        print('del', self.name, flush=True)
        raise ValueError(f'from {self.name}')
d = D('one')
d = None
print('continues')
def f():
    x = D('two')
    return 'returned'
print(f())
def gen():
    try: yield
    finally: raise KeyError('while closing')
g = gen(); next(g)
try: g.close()
except KeyError as e: print('close raises', e)
print('end')
