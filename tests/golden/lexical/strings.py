# §2.4.1 String and bytes literals: prefixes, quotes, escapes, raw, adjacent literals.
print('a' "b" '''c''' """d""")
print('\a\b\f\n\r\t\v\\\'\"'.encode())
print('\x41\101\u0042\U00000043\N{LATIN SMALL LETTER E WITH ACUTE}\N{greek small letter alpha}')
print(r'\n\x41\'', R"\"", len(r'\\'))
print('one\
two', '''three
four\
five''')
print(b'\x00\xff\101\n', rb'\x00', Rb'\n', BR'\t', b'a' b"b")
print(u'plain', U"PLAIN")
print('\0', len('\0001'), '\1234' == 'S4', '\777' == '\u01ff')
print(repr('it\'s'), repr("say \"hi\""), repr('both \' and "'), repr(b'\''), repr(b'"\''))
print(ascii('é\u20ac\U0001F600'), repr('\x7f\x80\xa0\xad\u2028\ud800\U000e0001'))
print(len('\U0001F600'), '\U0001F600'.encode('utf-8'), '\ud83d\ude00' == '\U0001F600')
print(('a'
       'b'   # a comment between adjacent literals
       f'{1 + 1}'
       r'\d'))
x = 'implicit' 'ly' ' ' 'joined' * 2
print(x)
print("""a "quoted" word""", '''it's''', """ends with \"""")
print('tab\there', 'bell' in 'a bell', 'nl\\n')
print([ord(c) for c in '\x00\x1f é\u0100\uffff\U0010ffff'])
print('''line one
    line two keeps its indent
''', end='')
print(b'''bytes
too''')
