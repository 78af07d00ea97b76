# Native modules: time, sys, marshal and _io in ways whose results do not depend on the clock or the machine.
import sys, time, marshal
t0 = time.perf_counter(); t1 = time.perf_counter(); print(t1 >= t0, isinstance(t0, float), isinstance(time.time_ns(), int), time.monotonic() <= time.monotonic(), time.sleep(0), time.process_time() >= 0)
for f in (lambda: time.sleep(-1), lambda: time.sleep('a'), lambda: time.sleep(), lambda: sys.setrecursionlimit(), lambda: sys.intern(5), lambda: sys.getsizeof(), lambda: sys.exit.__name__, lambda: sys.getrefcount(), lambda: sys._getframe('a'), lambda: sys.set_int_max_str_digits(5), lambda: marshal.loads(b''), lambda: marshal.loads(5), lambda: marshal.dumps(object())):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
for v in (None, True, 5, -2**70, 1.5, 2j, 'text', 'é€', b'by', (1, (2,)), [1, [2]], {'a': 1, 2: [3]}, {1}, frozenset([2]), ..., StopIteration, 'x' * 300, tuple(range(300)), float('inf'), '', ()):
    r = marshal.loads(marshal.dumps(v)); assert r == v and type(r) is type(v), v
print('marshal round trip', marshal.loads(marshal.dumps(compile('6 * 7', 'f', 'eval'))).co_name, eval(marshal.loads(marshal.dumps(compile('6 * 7', 'f', 'eval')))))
l = []; l.append(l); 
try: marshal.dumps(l)
except ValueError as e: print(e)
print(sys.getrecursionlimit(), sys.argv, sys.flags.debug, sys.flags.inspect, sys.maxsize, sys.maxunicode, sys.byteorder, sys.getdefaultencoding(), sys.float_repr_style, sys.copyright.splitlines()[0][:9] if sys.copyright else '', sys.intern('abc') is sys.intern('a' + 'bc'), sys.warnoptions, sys._xoptions, sys.orig_argv[-1], sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.pycache_prefix, sys.version_info.releaselevel, len(sys.version_info), sys.version_info[:1] + (0,), sys.thread_info.name, sys.getsizeof(0) > 0, sys.getsizeof([]) < sys.getsizeof([0] * 100))
print(type(sys.implementation).__name__, sorted(k for k in vars(sys.implementation) if not k.startswith('_'))[:3], 'builtins' in sys.modules, sys.modules['sys'] is sys, sys.meta_path != [], sys.path_hooks != [], sys.getallocatedblocks() >= 0, sys.is_finalizing(), sys.call_tracing(lambda a: a + 1, (1,)), sys.displayhook is sys.__displayhook__, callable(sys.audit), sys.audit('my.event', 1), sys.exc_info())
events = []; sys.addaudithook(lambda n, a: events.append((n, a)) if n == 'my.event' else None); sys.audit('my.event', 1, 'b'); print(events)
g = time.gmtime(0); print(g.tm_year, g.tm_mon, g.tm_mday, g.tm_wday, g.tm_yday, tuple(g), time.strftime('%Y-%m-%d %H:%M:%S', g), time.asctime(g), time.gmtime(86400 * 365).tm_year, time.strftime('%j %a %b', g), g[:3], g == time.gmtime(0), time.struct_time((2024, 2, 29, 0, 0, 0, 0, 60, 0)).tm_mday)
