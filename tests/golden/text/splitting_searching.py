# §3.2.5 Splitting, searching and replacing at the edges, over ASCII and wide text.
cases = [('', ''), ('a', ''), ('', 'a'), ('aaaa', 'aa'), ('abcabc', 'c'), ('é😀é', 'é'), ('x😀y😀', '😀'), ('ab' * 40 + 'c', 'bc'), ('mississippi', 'issi'), ('a,b,,c,', ','), ('  lead', ' ')]
for s, t in cases:
    row = [s.find(t), s.rfind(t), s.count(t), s.replace(t, '-'), s.replace(t, '--', 1), s.startswith(t), s.endswith(t), t in s]
    for m in ('split', 'rsplit', 'partition', 'rpartition', 'index', 'rindex', 'removeprefix', 'removesuffix'):
        try: row.append(getattr(s, m)(t))
        except ValueError as e: row.append(str(e))
    print(repr(s[:20]), repr(t), row)
s = 'one two  three '
for n in (-1, 0, 1, 2, 10): print(n, s.split(None, n), s.split(' ', n), s.rsplit(None, n), s.rsplit(' ', n), s.replace(' ', '_', n))
for a in (None, -100, -3, 0, 2, 100):
    for b in (None, -2, 3, 100): print(s.find('t', a, b), s.count('e', a, b), s.startswith('o', a, b), s.rfind('', a, b), end=';')
print()
print('a\\nb'.splitlines(), 'a\r\n\nb\x0c'.splitlines(True), 'x'.join('abc'), ''.join(['a', 'é', '😀']), 'a.b.c'.rpartition('.'), 'key=value=x'.partition('='), 'abc'.strip('ca'), 'éaé'.strip('é'), '\t x \n'.split(), 'AbC'.swapcase(), 'x y'.title(), 'tEST é'.capitalize())
long = 'the quick brown fox ' * 200
print(long.count('quick'), long.find('fox the'), long.rfind('quick'), len(long.split()), len(long.replace('quick', 'slow')), long.index('brown', 500), len(long.split('o')), long.endswith('fox '), len(set(long.split())))
t = str.maketrans('abc', 'xyz', 'd'); print('aabbccdd'.translate(t), 'é'.translate({233: 'e'}), 'ab'.translate({97: None, 98: 'BB'}), 'abc'.translate({'a': 1}))
def words(text):
    out, word = [], ''
    for c in text + ' ':
        if c.isalnum(): word += c
        elif word: out.append(word); word = ''
    return out
print(words('Hello, wörld! 42 times; x_y'), sorted(words('b a c'), reverse=True))
