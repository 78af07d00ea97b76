# §4.3 "Did you mean" in uncaught-style messages: names, attributes, keywords, imports, forgotten imports.
import sys
out = []
def show(src, g=None):
    """Prints the final message as the interpreter's own display does."""
    try: exec(src, g if g is not None else {})
    except BaseException as e:
        class W:
            def write(self, t): out.append(t)
            def flush(self): pass
        out.clear()
        old, sys.stderr = sys.stderr, W()
        try: sys.__excepthook__(type(e), e, None)
        finally: sys.stderr = old
        print(src.splitlines()[-1].strip(), '->', ''.join(out).strip().splitlines()[-1])
for s in ('lenn([])', 'pritn(1)', 'sorteed([])', 'xyz_nothing_close', 'value = 1; valeu', 'import sys; sys.versoin', 'sys.path', 'time.time()', 'math.pi',
          '"".uper()', '[].apend(1)', '{}.itms()', '(1).real_', 'int.form_bytes', 'from math import sqr', 'from math import cosin', 'import sys; sys.maxsiz', 'none', 'true', 'flase', 'Tru',
          'class A:\n  def method_one(self): pass\nA().method_on()', 'class A:\n  _private = 1\nA().private', 'class A:\n  def f(self): return blech\n  blech = 1\nA().f()',
          'class A:\n  def __init__(self): self.blech = 1\n  def f(self): return blech\nA().f()', 'def f(first, second): pass\nf(frist=1)', 'def f(*, long_name): pass\nf(longname=1)',
          'def f():\n  result = 1\n  return reslut\nf()', 'def outer():\n  cell = 1\n  def inner(): cell; return cel\n  inner()\nouter()', 'import collectons', 'import sys.path',
          'class S:\n  __slots__ = ("aaa", "bbb")\nS().aab', 'class A:\n  def __dir__(self): return ["custom_name"]\nA().custom_nam', 'class A:\n  def __dir__(self): 1/0\nA().x', 'a = b = c = 1; abc', 'abcd = 1; abce', 'ABCDE = 1; abcde',
          'x = [].push', 'x = [].add', 'x = {}.add', '"".push', 'set().append', 'class T:\n  inner = None\n  def __init__(self): self.inner = [1]\nT().apend', 'class T:\n  def __init__(self): self.inner = type("I", (), {"deep_name": 1})()\nT().deep_name', 'raise AttributeError("plain")', 'raise NameError("plain")', 'raise NameError("plain", name="lenn")', 'raise AttributeError("x", name="uper", obj="")', 'raise ImportError("i", name="mth")', 'global_one = 1\ndef f(): return global_on\nf()', 'def f():\n  print(later_x)\n  later_x = 1\nf()', 'del undefinedd', 'é_name = 1; é_nam', 'long_identifier_name = 1; completely_else'):
    show(s)
