# §3.2.8/§5 Module objects: attributes, __getattr__, __dir__, deleting, replacing in sys.modules, repr.
import sys
M = type(sys)
m = M('made', 'doc'); print(m, m.__name__, m.__doc__, m.__dict__, m.__spec__, m.__loader__, m.__package__)
m.x = 1; m.__dict__['y'] = 2; print(m.x, m.y, sorted(k for k in vars(m) if not k.startswith('__'))); del m.x
for f in (lambda: m.x, lambda: m.nope, lambda: M(), lambda: M(5), lambda: sys.nothing_here, lambda: setattr(m, '__dict__', {}), lambda: delattr(m, 'zz'), lambda: m()):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
m.__getattr__ = lambda n: f'dyn {n}'; print(m.anything, hasattr(m, 'q')); m.__dir__ = lambda: ['z', 'a']; print(dir(m)); del m.__getattr__
del m.__name__
try: m.foo
except AttributeError as e: print(e)
class Sub(M):
    @property
    def prop(self): return 'property'
    def __call__(self): return 'called'
s = Sub('sub'); print(s.prop, s(), s); sys.modules['made_up'] = s; import made_up; print(made_up.prop); from made_up import prop; print(prop)
m.__class__ = Sub; print(m.prop)
import math, time, gc, itertools, _weakref, marshal
for mod in (math, time, gc, itertools, marshal, sys): print(mod.__name__, repr(mod) == f"<module '{mod.__name__}' (built-in)>" or 'file', mod.__doc__ is not None)
g = globals(); g['injected'] = 5; print(injected); print(__name__, sys.modules['__main__'].injected, sys.modules[__name__].__dict__ is g)
import builtins; print(builtins.len is len, __builtins__ is builtins, sys.modules['builtins'] is builtins); builtins.added = 'seen everywhere'; print(added); del builtins.added
try: added
except NameError as e: print(e)
print(sys.byteorder, sys.maxunicode, sys.version_info[:2], sys.version_info >= (3, 14), sys.version_info.major, sys.argv, sys.flags.optimize, sys.implementation.version[:2], sys.hexversion >> 16 == 0x030e, sys.platform, sys.getrefcount.__name__, sys.intern('a') == 'a', sys.api_version)
print(type(sys.flags).__name__, sys.float_info.radix, sys.int_info.default_max_str_digits, sys.hash_info.width, len(sys.builtin_module_names) > 5, 'sys' in sys.builtin_module_names, isinstance(sys.path, list), sys.dont_write_bytecode, sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.is_finalizing(), sys.getswitchinterval())
