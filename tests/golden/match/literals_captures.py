# §8.6.4 Patterns: literal, capture, wildcard, value, or, as, group, guards.
import math
class Color: RED = 1; NAME = 'green'
class ns: inner = Color
def m(x):
    match x:
        case None: return 'None'
        case True: return 'True'
        case False: return 'False'
        case 0: return 'zero'
        case -1: return 'minus one'
        case 1.5: return 'float'
        case -2.5: return 'neg float'
        case 3 + 4j: return 'complex'
        case -1 - 1j: return 'neg complex'
        case 'a' 'b': return 'joined'
        case b'by': return 'bytes'
        case Color.RED: return 'red'
        case ns.inner.NAME: return 'dotted'
        case math.pi: return 'pi'
        case 10 | 20 | (30 | 40) as y: return f'or {y}'
        case str() as s if len(s) > 5: return f'long {s}'
        case (int(n)) if n > 100: return f'big {n}'
        case [x] | (x, _): return f'seq {x}'
        case 'x' | 'y' as letter: return f'letter {letter}'
        case other: return f'other {other!r}'
for v in (None, True, False, 0, 0.0, -1, 1, 1.5, -2.5, 3 + 4j, -1 - 1j, 'ab', b'by', 'green', 3.141592653589793, 10, 20.0, 30, 'longer text', 101, 99, [7], (8, 9), 'x', 'y', 'z', {}, Ellipsis, 1 + 0j):
    print(repr(v), '->', m(v))
class Eq:
    def __init__(self, log): self.log = log
    def __eq__(self, o): self.log.append(o); return o == 3
log = []
match Eq(log):
    case 1 | 2: print('no')
    case None: print('identity only')
    case 3: print('equal 3', log)
def guards(x):
    calls = []
    def g(v): calls.append(v); return v == 'c'
    match x:
        case n if g('a'): pass
        case n if g('b'): pass
        case n if g('c'): return calls, n
print(guards(5))
match 5:
    case bound if bound > 10: pass
print(bound)
match 1, 2:
    case a, b: print('tuple subject', a, b)
match *[1, 2], 3:
    case [*all]: print(all)
match (x := 4):
    case 4: print('walrus subject', x)
match 0:
    case 1: r = 'one'
    case _: r = 'wild'
print(r)
match 'no case matches':
    case 1: pass
_ = 'untouched'
match 9:
    case _: print(_)
def ret(v):
    for i in v:
        match i:
            case 0: continue
            case 9: break
            case _: yield i
print(list(ret([1, 0, 2, 9, 3])))
match = {'match': 1}; match['case'] = 2; print(match)
for bad in ('case x: pass\n case 1: pass', 'case _: pass\n case _: pass', 'case x | 1: pass', 'case 1 | x: pass', 'case x, x: pass', 'case [a, *b, *c]: pass', 'case {**a, "k": 1}: pass', 'case a.b as c.d: pass', 'case 1 as _: pass', 'case f"x": pass', 'case 1 + 1: pass', 'case 1j + 1: pass', 'case -x: pass', 'case {"a": 1, "a": 2}: pass', 'case C(a=1, a=2): pass', 'case C(a=1, 2): pass', 'case *a: pass', 'case {x: 1}: pass', 'case {**_}: pass', 'case (a | b) | c: pass', 'case a if: pass', 'pass', 'case x as y as z: pass', 'case f(): pass', 'case (x := 1): pass'):
    try: compile(f'match v:\n {bad}', 'm', 'exec'); print(bad, 'ok')
    except SyntaxError as e: print(repr(bad), '->', e.msg)
