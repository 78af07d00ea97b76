# §2.3/§3.2.5 Unicode: wide characters, surrogates, case mapping, combining, slicing over kinds, encodings.
kinds = ['ascii', 'latin é', 'two byte €Ω', 'four byte 😀𝄞', 'mix aé€😀']
for s in kinds:
    print(len(s), s[::-1], s.upper(), s[-1], s[2:6], s.find(s[-1]), s.count('e'), s.encode('utf-8').hex(), [ord(c) for c in s[-3:]])
    for t in kinds: assert (s + t)[:len(s)] == s and (s + t)[len(s):] == t and t in s + t and (s + t).split(t, 1)[0] == s or s == t
print('é' == 'e\u0301', len('e\u0301'), 'e\u0301'[0], 'ﬁ'.upper(), 'ŉ'.upper(), 'ß'.casefold(), 'ẞ'.lower(), 'Ǆ'.title(), 'ΌΣΟΣ'.lower(), 'Σ'.lower(), 'aΣb'.lower(), 'İ'.lower().encode(), 'ı'.upper(), 'ſ'.upper(), 'ﬀ'.title(), 'ᾳ'.upper())
lone = '\ud800'; pair = '\ud83d\ude00'
print(len(lone), len(pair), pair == '😀', repr(lone), repr(pair), lone < '😀', lone > '\ud7ff', ascii(lone), [hex(ord(c)) for c in pair], lone.isprintable(), lone.isalpha())
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: lone.encode(), lambda: 'a\udfff€'.encode('utf-16'), lambda: 'é'.encode('ascii'), lambda: 'ab€cd'.encode('latin-1'), lambda: '€😀'.encode('ascii'), lambda: b'\xf0\x9f\x98'.decode(), lambda: b'\xc0\x80'.decode(), lambda: b'\xf5'.decode(), lambda: b'ab\x80'.decode(), lambda: b'\xe2(\xa1'.decode(), lambda: b'\xf4\x90\x80\x80'.decode(), lambda: b'a'.decode('utf-16-le'), lambda: b'\x00\xd8'.decode('utf-16-le'), lambda: chr(0x110000), lambda: chr(-1), lambda: ord(''), lambda: ord('ab'), lambda: 'a'.encode('utf-99'), lambda: 'é'.encode('ascii', 'no-such-handler'))
for h in ('replace', 'ignore', 'backslashreplace'): print(h, b'a\xff\xe2\x82b\xf0\x9f'.decode('utf-8', h), 'x\ud800y'.encode('utf-8', h))
for enc in ('utf-8', 'utf-16', 'utf-16-be', 'utf-32-le', 'latin-1', 'utf-8-sig', 'ascii', 'utf_7' if False else 'utf8'):
    try: e = 'aé'.encode(enc); print(enc, e, e.decode(enc))
    except UnicodeEncodeError as x: print(enc, x.reason, x.start, x.end, x.object)
print('\x80\xff'.isprintable(), '\xa0'.isspace(), '\u200b'.isspace(), '\u2028'.isspace(), '①'.isdigit(), '①'.isdecimal(), '௧'.isdecimal(), 'Ⅳ'.isnumeric(), '一'.isnumeric(), 'ª'.isalpha(), 'ª'.islower(), 'Ⓐ'.isupper(), '𝐀'.isupper(), '\u0345'.islower(), '´'.isalpha(), '\u0301'.isidentifier(), 'a\u0301'.isidentifier())
print(int('𝟜𝟚'), float('１.５'), '٠'.isdigit(), 'Å'.lower() == 'å', sorted(['é', 'e', 'z', 'É', 'ê']), 'é' in 'café', 'CAFÉ'.lower(), 'straße'.upper().lower(), 'x'.join(['é', '€', '😀']), max('a€😀'), '😀' * 3)
s = 'a😀b€c'; print([s[i:j] for i in range(0, 5, 2) for j in range(i, 6, 2)], s.partition('😀'), s.rsplit('€'), s.replace('😀', 'x').isascii(), s.translate({0x1F600: '!', ord('€'): None}), s.center(9, '→'), s.index('c'), s.rindex('a'), s.startswith('😀', 1), list(map(len, s.encode('utf-8').split(b'b'))))
print(f'{"漢":>4}|{"é":^3}|{"😀":<2}|', '%3s|%-3s|' % ('€', 'é'), '{:é^5}'.format('x'), 'é'.rjust(3, '·'), '\t€'.expandtabs(4), 'É'.swapcase(), 'àé ôü'.title(), 'ñandú'.capitalize(), 'ǉ'.capitalize(), 'ŉx'.title())
big = '😀' * 500 + 'é' * 500; print(len(big), big.count('é'), big.find('é'), big[498:502], hash(big) == hash('😀' * 500 + 'é' * 500), len(big.encode()), big.rfind('😀'), big[::250])
d = {'é': 1, 'e\u0301': 2, '😀': 3}; print(d, len(d), {'\u00e9'} == {'é'}, 'K' == 'K', 'Ω' == 'Ω')
