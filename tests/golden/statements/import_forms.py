# §7.11 Forms of import with native modules: aliases, from, star, inside functions and classes, errors.
import math, sys as s
import math as m2
from math import pi, e as euler, tau
from math import (sqrt,
    floor as down, )
print(math is m2, s.__name__, round(pi, 3), round(euler, 3), sqrt(16), down(2.7), tau == 2 * pi)
def f():
    import itertools
    from itertools import count as c
    return itertools.__name__, next(c(3)), 'itertools' in globals()
print(f())
class K:
    import math as mm
    from math import sin
    val = mm.cos(0)
print(K.mm is math, K.val, K.sin(0), K().sin(0))
ns = {}; exec('from math import *', ns); print('sqrt' in ns, '__name__' in ns and ns['__name__'], '_private' in ns)
for src in ('import nope_x', 'from math import nope', 'from nope_x import y', 'import math.x', 'from sys import path as p; print(type(p).__name__)', 'import sys.path', 'from . import a', 'from .a import b', 'from math import sqrt as a, floor as b; print(a(4), b(1.5))', 'import math as a, sys as b; print(a.__name__, b.__name__)', 'import __main__; print(__main__.__name__)', 'import builtins; print(builtins.len is len)'):
    try: exec(src, {'__name__': 'x'})
    except ImportError as e: print(src, '->', type(e).__name__, e, e.name)
    except Exception as e: print(src, '->', type(e).__name__, e)
calls = []
real = __builtins__.__import__
def hook(name, g=None, l=None, fromlist=(), level=0): calls.append((name, fromlist, level)); return real(name, g, l, fromlist, level)
__builtins__.__import__ = hook
import math; import math as q; from math import pi, e; from math import sqrt as r
__builtins__.__import__ = real; print(calls)
if True: import time
try: import nope_y
except ImportError: nope_y = None
print(nope_y, time.__name__); del math
try: math
except NameError as x: print(x)
import math; print(math.floor(1.5), s.modules['math'] is math)
