# One long function entered once: several loops in sequence, many live variables, state carried between them.
def main():
    a, b, c, d, e = 1, 2.0, 'three', [4], {5: 6}
    f = g = h = None
    for i in range(4000):
        a += i
        if i % 1000 == 0: d.append(i)
    for i in range(4000):
        b = b * 1.0001 + 0.5
        if i == 3999: f = (a, round(b, 3))
    i = 0
    while i < 3000:
        i += 1
        if i % 3: continue
        e[i % 50] = e.get(i % 50, 0) + 1
    else:
        g = sorted(e.items())[:3]
    for ch in 'abcdefghij' * 300:
        if ch == 'j': c = ch + c[:10]
    def inner(x):
        nonlocal a
        a ^= x
        return a & 7
    total = 0
    for i in range(3000): total += inner(i)
    h = [x for x in range(2000) if x % 333 == 0]
    with_ = []
    class CM:
        def __enter__(self): return self
        def __exit__(self, *x): with_.append(x[0]); return True
    for i in range(2000):
        with CM():
            if i % 500 == 0: raise ValueError
    m = []
    for i in range(2000):
        match i % 4, i % 3:
            case 0, 0: m.append('00') if i < 20 else None
            case 1, x: total += x
            case y, 2 if y > 2: total -= y
    try:
        for i in range(5000):
            if i == 4321: raise KeyError(i)
            total += i & 1
    except KeyError as err: caught = err.args[0]
    z = 10**18
    for i in range(2500): z = z + 10**15 * i; z -= i
    for p in range(1, 2000):
        q = p * p % 1000
        if q == 1 and p > 1000: break
    else: p = -1
    try: unset
    except NameError as err: msg = str(err)
    for k in range(3):
        for unset in range(1000): pass
    return a, round(b, 3), c, d, len(e), f, g, h, total, len(with_), with_.count(ValueError), m, caught, z, p, q, i, msg, unset
print(main())
print(main() == main())
