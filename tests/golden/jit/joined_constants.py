# Two choices between constants, one after the other: the first one's value passes the join of the second.
def sounds(limit):
    out = []
    for n in range(1, limit):
        out.append(('fizz' if n % 3 == 0 else '') + ('buzz' if n % 5 == 0 else '') or n)
    return out
print(sounds(400)[-15:])
print([('a' if n % 2 else 'b') + ('c' if n % 3 else 'd') + ('e' if n % 7 else 'f') for n in range(400)][-12:])
def pairs(limit):
    found = {}
    for n in range(limit):
        key = (None if n % 2 else True, 'x' if n % 3 else ..., 2.5 if n % 5 else 'y')
        found[key] = found.get(key, 0) + 1
    return found
for _ in range(3): print(sorted(pairs(600).items(), key=str))
