# Hot text loops: building, indexing, comparing, formatting, and text that widens.
def build(n):
    s = ''
    for i in range(n): s += chr(97 + i % 26)
    return len(s), s[-5:], s.count('z')
print(build(5000))
def alias(n):
    s = t = ''
    for i in range(n):
        s += 'x'
        if i % 1000 == 0: t = s
    return len(s), len(t), s[:len(t)] == t
print(alias(4500))
def widen(n):
    s = ''
    for i in range(n): s += 'a' if i < 1000 else 'é' if i < 1500 else '€' if i < 2000 else '😀'
    return len(s), s[999:1001], s[1999:2001], s[-1], s.encode()[-4:]
print(widen(2500))
def chars(s):
    v = d = 0
    for c in s:
        if c in 'aeiou': v += 1
        elif c.isdigit(): d += int(c)
        elif c == ' ': v += 100
    return v, d
print(chars('hello world 123 ' * 200))
def index(s, n):
    t = 0
    for i in range(n): t += ord(s[i % len(s)]) + (s[i % len(s)] == s[-1 - i % len(s)]) + (s[i % 5:i % 7] == '')
    return t
print(index('abcdefg', 3000), index('aé€😀', 3000))
def fmt(n):
    h = 0
    for i in range(n): h = (h * 31 + len(f'{i}:{i:05d}:{i/7:.3f}:{i!r:>6}:{i:x}') + len('%d-%s' % (i, i * 2)) + len('{}{}'.format(i, 'a'))) % 1000003
    return h
print(fmt(2000))
def pal(n):
    c = 0
    for i in range(n):
        s = str(i)
        if s == s[::-1]: c += 1
    return c
print(pal(5000))
def rle(s):
    out, i = [], 0
    while i < len(s):
        j = i
        while j < len(s) and s[j] == s[i]: j += 1
        out.append(f'{s[i]}{j - i}'); i = j
    return ''.join(out)
print(rle('aaabbc' * 3), len(rle('abbccc' * 500)))
def caesar(s, k): return ''.join(chr((ord(c) - 97 + k) % 26 + 97) if c.islower() else c for c in s)
t = 'the quick brown fox'
for i in range(300): t = caesar(t, i % 26)
print(t)
def words(n):
    counts = {}
    for i in range(n):
        w = 'w' + str(i * i % 17); counts[w] = counts.get(w, '') + w[-1]
    return sorted((k, len(v)) for k, v in counts.items())
print(words(2000))
def cmp(n):
    c = 0
    ws = ['apple', 'Banana', 'cherry', 'apple', 'éclair', '']
    for i in range(n): a, b = ws[i % 6], ws[(i * 5 + 1) % 6]; c += (a < b) + 2 * (a == b) + 3 * (a in b) + 5 * a.startswith(b[:1]) + 7 * (a + b == b + a)
    return c
print(cmp(3000))
def lev(a, b):
    prev = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        cur = [i]
        for j, y in enumerate(b, 1): cur.append(min(prev[j] + 1, cur[-1] + 1, prev[j - 1] + (x != y)))
        prev = cur
    return prev[-1]
print(lev('kitten' * 8, 'sitting' * 8))
def joins(n): return len(','.join(str(i) for i in range(n))), sum(map(int, ','.join(str(i) for i in range(n)).split(',')))
print(joins(2000))
def byt(n):
    b = bytearray()
    for i in range(n): b.append(i % 256); b[i // 2] ^= 1
    return len(b), sum(b), bytes(b[:6])
print(byt(3000))
