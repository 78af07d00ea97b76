# §3.2.13 sys.settrace and sys.setprofile: events, line numbers, local tracers, switching off.
import sys
log = []
def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__ and 'trace' not in frame.f_code.co_filename: return None
    log.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, arg if event == 'return' else (arg[0].__name__ if event == 'exception' else None)))
    return tracer
def f(x):
    y = x + 1
    if y > 2:
        y = g(y)
    return y
def g(z):
    return z * 2
def e():
    try:
        1 / 0
    except ZeroDivisionError:
        pass
    return 'e'
def gen():
    yield 1
    yield 2
def loop():
    t = 0
    for i in range(2):
        t += i
    return t
for fn in (lambda: f(1), lambda: f(5), e, lambda: list(gen()), loop):
    log.clear(); sys.settrace(tracer); fn(); sys.settrace(None)
    for entry in log: print(*entry)
    print('--')
prof = []
sys.setprofile(lambda fr, ev, arg: prof.append((ev, fr.f_code.co_name, arg.__name__ if ev.startswith('c_') else None))); f(5); len('a'); sys.setprofile(None)
print([p for p in prof if p[1] != '<lambda>' and p[2] != 'setprofile'], sys.gettrace(), sys.getprofile())
def change(frame, event, arg):
    if event == 'line' and frame.f_lineno - frame.f_code.co_firstlineno == 2: frame.f_locals['v'] = 'traced'
    return change
def changed():
    v = 'original'
    return v
sys.settrace(change); r = changed(); sys.settrace(None); print(r)
