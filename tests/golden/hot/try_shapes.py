# Hot loops around try, with and finally of several shapes, leaving in each possible way.
class CM:
    depth = 0
    def __init__(self, eat): self.eat = eat
    def __enter__(self): CM.depth += 1; return self
    def __exit__(self, t, v, tb): CM.depth -= 1; return self.eat and t is not None
def withs(n):
    r = [0] * 4
    for i in range(n):
        with CM(i % 2) as c:
            if i % 3 == 0: r[0] += 1; continue
            if i % 7 == 0 and c.eat: raise ValueError
            r[1] += 1
        if i == n - 1: break
        r[2] += 1
    else: r[3] = 1
    return r, CM.depth
print(withs(3001), withs(3000))
def leave(kind, log):
    for i in range(3):
        try:
            if kind == 0: return 'ret'
            if kind == 1: break
            if kind == 2: continue
            if kind == 3: raise KeyError(i)
        except KeyError: log += 1; continue
        finally: log += 10
    return log
print([leave(k % 5, 0) for k in range(10)], sum(x if isinstance(x, int) else 1 for x in (leave(k % 5, 0) for k in range(2000))))
def multi(n):
    c = {}
    for i in range(n):
        try:
            if i % 5 == 0: raise (ValueError, KeyError, OSError, ZeroDivisionError)[i % 4]
            if i % 11 == 0: [][i]
            if i % 13 == 0: None.x
        except (ValueError, KeyError) as e: k = type(e).__name__
        except LookupError: k = 'lookup'
        except OSError: k = 'os'
        except Exception as e: k = 'other ' + type(e).__name__
        else: k = 'none'
        c[k] = c.get(k, 0) + 1
    return sorted(c.items())
print(multi(3000))
def groups(n):
    v = t = 0
    for i in range(n):
        try:
            if i % 4 == 0: raise ExceptionGroup('g', [ValueError(i), TypeError(i)])
            if i % 4 == 1: raise ValueError(i)
        except* ValueError as g: v += len(g.exceptions)
        except* TypeError: t += 1
    return v, t
print(groups(1200))
def nested(n):
    out = 0
    for i in range(n):
        try:
            try:
                try: 1 // (i % 3)
                finally: out += 1
            except ZeroDivisionError:
                if i % 2: raise
                out += 10
        except ZeroDivisionError: out += 100
    return out
print(nested(3000))
