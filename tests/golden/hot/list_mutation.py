# Lists, dicts and sets mutated while hot loops run over them or over their copies.
def remove_while(l):
    seen = []
    for x in l:
        seen.append(x)
        if x % 3 == 0: l.remove(x)
    return len(seen), len(l)
print(remove_while(list(range(1, 2001))))
def grow(n):
    l = [1]
    for x in l:
        if len(l) < n: l.append(x + 1)
    return len(l), l[-1], sum(l)
print(grow(3000))
def shrink(n):
    l = list(range(n)); c = 0
    for x in l: l.pop(); c += 1
    return c, len(l)
print(shrink(3000))
def clear(n):
    l = list(range(n)); c = 0
    for x in l:
        c += x
        if x == n // 2: l.clear()
    return c
print(clear(3000))
def retype(n):
    l = list(range(n)); t = 0
    for i, x in enumerate(l):
        if i + 1 < n and i == n // 2: l[i + 1] = 0.5
        if i + 2 < n and i == n // 2: l[i + 2] = True
        t += x
    return t
print(retype(2001))
def index(n):
    l = [0] * 10
    for i in range(n):
        l[i % 10] += i; l[-(i % 10) - 1] -= 1
        if i % 1000 == 0: l.append(i)
        if i % 1500 == 0: del l[0]; l.insert(0, -1)
    return l
print(index(4000))
def dicts(n):
    d = {}
    for i in range(n):
        d[i % 97] = d.get(i % 97, 0) + i
        if i % 100 == 50: d.pop(i % 97)
        if i % 7 == 0: d[str(i % 5)] = i
    return len(d), sum(v for v in d.values()), list(d)[:5], list(d)[-3:]
print(dicts(5000))
def safe_iter(n):
    d = {i: i for i in range(100)}; errors = 0
    for r in range(n):
        try:
            for k in d:
                if k == r % 50: d[1000 + r] = 1
        except RuntimeError: errors += 1; del d[1000 + r]
    return errors, len(d)
print(safe_iter(300))
def slices(n):
    l = list(range(20))
    for i in range(n): l[i % 5:i % 5 + 2] = [l[i % 5 + 1], l[i % 5], i][:2 + (i % 100 == 0)]; l[15:] = l[15:20]
    return l[:20], len(l)
print(slices(2000))
def stack(n):
    s, t = [], 0
    for i in range(n):
        s.append(i)
        while len(s) > 5: t += s.pop(0) * (1 if s.pop() else 2)
    return t, s
print(stack(3000))
def queue(n):
    q = [(1, 0)]; seen = {1}; order = 0
    while q and len(seen) < n:
        x, d = q.pop(0); order = (order * 31 + x) % 1000003
        for y in (x * 2, x + 3, x - 1):
            if y > 0 and y not in seen: seen.add(y); q.append((y, d + 1))
    return len(seen), order, len(q)
print(queue(2000))
def sorts(n):
    t = 0
    for i in range(n):
        l = [(j * (i + 3)) % 17 for j in range(12)]; l.sort(key=lambda v: -v); t += l[0] * l[-2] + l[i % 12]
    return t
print(sorts(500))
def alias(n):
    a = [0]; b = [a, a]
    for i in range(n): b[i % 2][0] += 1; a = b[1]
    return a, b[0] is b[1]
print(alias(2001))
