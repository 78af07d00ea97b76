# §5/§7.11 Packages: absolute and relative imports, __init__, __all__, submodules, namespace packages.
import sys
import pkg_a
print(pkg_a.value, pkg_a.__name__, pkg_a.__package__, pkg_a.__spec__.name, hasattr(pkg_a, 'sub'), pkg_a.__path__.__class__.__name__)
import pkg_a.sub.leaf as leaf
print(leaf.where, leaf.up, leaf.__name__, leaf.__package__, pkg_a.sub.leaf is leaf)
from pkg_a import sub, value as v, sibling
print(sub.__name__, v, sibling.text)
from pkg_a.sub import *
print(sorted(n for n in globals() if n.startswith('exp')))
from pkg_a import *
print(star_made, 'hidden' in globals())
import pkg_a.sub as s2, pkg_a.sub.leaf
print(s2 is sub, pkg_a.sub.leaf.where)
import nspkg.part
print(nspkg.part.x, nspkg.__spec__.origin, getattr(nspkg, '__file__', None))
print(sys.modules['pkg_a'] is pkg_a, sorted(m for m in sys.modules if m.startswith(('pkg_a', 'nspkg'))))
def tries(*srcs):
    for s in srcs:
        try: exec(s, {'__name__': 'm', '__package__': 'pkg_a'} if s.startswith('from .') else {}); print(s, 'ok')
        except Exception as e: print(s, '->', type(e).__name__, e, getattr(e, 'name', None))
tries('import no_such', 'import pkg_a.nope', 'from pkg_a import nope', 'import pkg_a.value', 'import pkg_a.sibling.deeper', 'from . import sub', 'from .sub import leaf', 'from .. import x', 'from .nope import x', 'import broken_mod', 'import raises_mod', 'from nspkg import other', 'import nspkg.missing', 'from pkg_a.sub.leaf import where, gone', 'import pkg_a.bad_syntax', 'from pkg_a import value, sub as q', 'import cycle_a')
print('raises_mod' in sys.modules, 'broken_mod' in sys.modules)
try: exec('from . import x', {'__name__': '__main__'})
except ImportError as e: print(e)
import cycle_a
print(cycle_a.a, cycle_a.cycle_b.b, cycle_a.cycle_b.seen)
print(pkg_a.lazy_thing, pkg_a.__dir__() if callable(getattr(pkg_a, '__dir__', None)) and 0 else '')
try: pkg_a.not_lazy
except AttributeError as e: print(e)
m = __import__('pkg_a.sub.leaf'); print(m.__name__, __import__('pkg_a.sub', fromlist=['leaf']).__name__, __import__('sub', {'__package__': 'pkg_a', '__name__': 'pkg_a'}, {}, ['leaf'], 1).__name__)
del sys.modules['pkg_a.sibling']; from pkg_a import sibling as again; print(again is sibling)
import pkg_a.sibling; print(pkg_a.sibling is sibling)
sys.modules['fake'] = 'anything'; import fake; print(fake); sys.modules['blocked'] = None
try: import blocked
except ImportError as e: print(type(e).__name__, e)
print(__name__, __spec__, __package__, __doc__, __file__.endswith('packages.py'))
print(repr(sys), repr(pkg_a).split(' from ')[0])
