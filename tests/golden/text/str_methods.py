# §3.2.5 (str) Methods of str: searching, case, splitting, padding, testing, replacing.
s = 'Hello, World'
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.capitalize(), s.casefold(), 'ß'.upper(), 'ǆ'.title(), 'İ'.lower().__len__(), 'ΑΣ'.lower(), "they're bill's".title())
print(s.find('o'), s.find('o', 5), s.find('z'), s.rfind('o'), s.index('W'), s.count('l'), s.count(''), s.find('', 50), s.find('', 12), 'aaa'.count('aa'), s.rfind('l', 0, 4), s.find('World', -5), ''.count(''))
print(s.startswith('He'), s.startswith(('x', 'H')), s.endswith('ld'), s.startswith('W', 7), s.startswith('', 99), s.endswith(('', 'q')), s.endswith('o', 0, 5), s.startswith(()))
print('a,b,,c'.split(','), ' a  b '.split(), 'a b c'.split(None, 1), 'abc'.split('x'), ''.split(), ''.split(','), 'a,b,c'.rsplit(',', 1), 'a  b c'.rsplit(None, 1), 'xaxbx'.split('x'), 'a\u2003b\x1cc'.split(), 'aXXbXXc'.split('XX', 1), 'a b'.split(maxsplit=0))
print('l1\nl2\r\nl3\rl4\x0bl5\u2028l6\n'.splitlines(), 'a\n\nb'.splitlines(True), ''.splitlines(), '\n'.splitlines(), 'a\x85b\x1ec'.splitlines())
print('a-b-c'.partition('-'), 'a-b-c'.rpartition('-'), 'abc'.partition('x'), 'abc'.rpartition('x'), ','.join('abc'), ''.join([]), '-'.join(['x']), ', '.join(str(i) for i in range(3)))
print('  x '.strip() + '|', '  x '.lstrip() + '|', '  x '.rstrip() + '|', 'xxaxx'.strip('x'), 'abcba'.strip('ab'), 'abc'.strip(''), 'www.a.com'.strip('w.cmo'), '\u3000x\x85'.strip())
print('x'.center(5, '*'), 'x'.center(4, '*'), 'ab'.center(5, '*'), 'x'.ljust(3, '-'), 'x'.rjust(3), '42'.zfill(5), '-42'.zfill(5), '+'.zfill(3), 'abc'.zfill(2), ''.zfill(2))
print('aXbX'.replace('X', 'yy'), 'aaa'.replace('a', 'b', 2), 'abc'.replace('', '-'), 'abc'.replace('', '-', 2), ''.replace('', 'x'), 'aaa'.replace('aa', 'b'), 'abc'.replace('b', '', count=1), 'prefix-x'.removeprefix('prefix-'), 'x.py'.removesuffix('.py'), 'x'.removeprefix('xy'))
tests = ['', 'abc', 'ABC', 'Abc', '123', '１２', '²', '½', 'a1', ' ', '\t\n', 'é', '漢', 'a b', '_x', 'Ab Cd', '\x00', 'ǅ', '٣', 'ⅷ']
for m in ('isalpha', 'isdigit', 'isdecimal', 'isnumeric', 'isalnum', 'isspace', 'isupper', 'islower', 'istitle', 'isidentifier', 'isprintable', 'isascii'):
    print(m, ''.join('01'[getattr(t, m)()] for t in tests))
print('abc'.translate({97: 'X', 98: None, 99: 100}), 'hello'.translate(str.maketrans('el', 'ip', 'o')), str.maketrans({'a': 1, 98: 'z'}), 'a\tb\tc'.expandtabs(4), '\t|'.expandtabs(), 'ab\n\tc'.expandtabs(3), 'x\ty'.expandtabs(0))
print('abc' < 'abd', 'a' < 'B', 'Z' < 'a', '' < 'a', 'é' > 'z', 'a' * 3 + 'b', 'ab' * 0, 'ab' * -1, 3 * 'x', 'b' in 'abc', 'abc'[::-1], 'abc'[5:], max('hello'), sorted('hello'), list('hé😀'), len('😀é'), ord('😀'), chr(0x1F600), 'a' 'b')
print('%s' % 'x', 'abc'.encode(), 'é😀'.encode(), 'é'.encode('latin-1'), 'é'.encode('ascii', 'replace'), 'é€'.encode('ascii', 'xmlcharrefreplace'), 'é'.encode('ascii', 'backslashreplace'), 'aé'.encode('ascii', 'ignore'), 'a'.encode('utf-16-le'), '\ud800'.encode('utf-8', 'surrogatepass'), 'x'.encode('utf-32-be'), '\udc80'.encode('utf-8', 'surrogateescape'))
print(hash('') == hash(''), 'a' 'b' is not None, str(b'ab', 'ascii'), str(), str(5), str(None), str([1, 'a']), ascii('é😀\n'), repr('a\'b"c'), 'tab\t'.__repr__(), "\x1b\u200b\ufeff".__repr__())
it = iter('ab'); print(next(it), list(it), type(it).__name__, list(reversed('abc')), list(enumerate('ab', 1)), 'a,b'.split(',')[1], dict(zip('ab', 'cd')), *'xy', 'x'.join('abc'))
class U(str): pass
u = U('abc'); print(type(u.upper()).__name__, type(u + '').__name__, type(u[:]).__name__, type(u.strip()).__name__, u == 'abc', hash(u) == hash('abc'), {'abc': 1}[u], type(''.join([u])).__name__, type(u * 1).__name__, type(str(u)).__name__)
big = 'ab' * 1000; print(big.count('ba'), big.find('bb'), big.rfind('ab'), big.replace('ab', 'c') == 'c' * 1000, len(big.split('b')), big[1:1999:997], ('x' * 50 + 'y' + 'x' * 50).find('xyx'))
text = ''
for i in range(300): text += chr(0x20 + i % 95) if i % 50 else '\u20ac'
print(len(text), text.count('\u20ac'), text[0], text[50], text.encode()[-5:])
