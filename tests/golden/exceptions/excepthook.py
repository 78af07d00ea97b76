# §4.3 sys.excepthook replaced; the exit code stays 1 and output order is kept.
import sys
def hook(t, v, tb):
    frames = []
    while tb:
        frames.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    print('hook', t.__name__, v, frames)
sys.excepthook = hook
def a(): b()
def b(): raise LookupError('to the hook')
class Unraisable:
    def __del__(self): raise ValueError('in del')
def unraisable(info): print('unraisable', info.exc_type.__name__, info.exc_value, info.object, (info.err_msg or '').split(' at ')[0])
sys.unraisablehook = unraisable
u = Unraisable(); del u
a()
