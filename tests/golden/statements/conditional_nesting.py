# §8.1 if, elif and else: truth tests, nesting, short circuits, dead branches, constants.
def grade(n):
    if n >= 90: return 'A'
    elif n >= 80: return 'B'
    elif n >= 70:
        if n % 2: return 'C odd'
        else: return 'C even'
    elif not n: return 'zero'
    else:
        if n < 0: return 'neg'
    return 'F'
print([grade(n) for n in (95, 85, 75, 76, 0, -1, 50)])
calls = []
def t(x): calls.append(x); return x
for a in (0, 1):
    for b in (0, 1):
        for c in (0, 1):
            r = []
            if t(a) and t(b) or t(c): r.append(1)
            if not (t(a) or t(b)) and t(c): r.append(2)
            if t(a) if t(b) else t(c): r.append(3)
            if t(a) == t(b) != t(c): r.append(4)
            if (x := t(a)) and x or not x and t(b): r.append(5)
            print(a, b, c, r, len(calls), end='; '); calls.clear()
print()
if 0: print('never')
elif '': print('never')
elif None: print('never')
elif (): print('never')
elif [0]: print('list is true')
if __debug__: print('debug')
while 0: print('never')
else: print('while else')
if 1: pass
else: print('never')
class B:
    def __init__(self, v): self.v = v
    def __bool__(self): calls.append('bool'); return self.v
if B(True) and B(False) or B(True): print(calls)
calls.clear(); z = B(False) or B(False) or 'last'; print(z, len(calls)); calls.clear()
w = not B(True); print(w, calls); print([n for n in range(20) if n % 2 if n % 3 if not n % 5 == 0], [('fizz' if n % 3 == 0 else '') + ('buzz' if n % 5 == 0 else '') or n for n in range(1, 16)])
def many(n):
    if n == 0: r = 'zero'
    elif n == 1: r = 'one'
    elif n == 2: r = 'two'
    elif n in (3, 4, 5): r = 'few'
    elif 5 < n <= 10: r = 'several'
    elif n > 10 and n % 10 == 0 or n == 11: r = 'round'
    else: r = 'many'
    return r
print([many(n) for n in (0, 1, 2, 4, 7, 20, 11, 13)])
def unbound(n):
    if n: v = 1
    try: return v
    except UnboundLocalError as e: return str(e)
print(unbound(1), unbound(0))
