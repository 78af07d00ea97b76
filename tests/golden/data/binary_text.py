# Library: binary data as text.
import binascii


def attempt(text):
    try:
        print(text, "->", eval(text))
    except Exception as e:
        print(text, "->", type(e).__name__, e)


CASES = r"""
binascii.a2b_base64(b'YQ')
binascii.a2b_base64('YQ==')
binascii.a2b_base64('Y')
binascii.a2b_base64('YWJjZ')
binascii.a2b_base64('Y=Q=')
binascii.a2b_base64('YQ==x',strict_mode=True)
binascii.a2b_base64('=YQ==',strict_mode=True)
binascii.a2b_base64('Y!Q==',strict_mode=True)
binascii.a2b_base64('YQ==YQ==',strict_mode=True)
binascii.a2b_base64('YQ=Q',strict_mode=True)
binascii.a2b_base64('YQ===',strict_mode=True)
binascii.a2b_base64('YQ=',strict_mode=True)
binascii.a2b_base64('YWJj=',strict_mode=True)
binascii.a2b_base64('YWJj=')
binascii.a2b_base64('YWJjYQ==YWJj')
binascii.a2b_base64('YWJj\nYWJj\n')
binascii.a2b_base64(1)
binascii.b2a_base64('a')
binascii.b2a_base64(b'abc',newline=False)
binascii.b2a_base64(b'')
binascii.hexlify(b'abc','-')
binascii.hexlify(b'abcd','-',-3)
binascii.hexlify(b'abc','--')
binascii.hexlify(b'abc',1)
binascii.hexlify('abc')
binascii.unhexlify('abc')
binascii.unhexlify('ag')
binascii.unhexlify(b'a b')
binascii.crc32(b'abc')
binascii.crc32(b'abc',2**40+5)
binascii.crc32(b'abc',-1)
binascii.crc32('a')
binascii.crc_hqx(b'abc',70000)
binascii.crc_hqx(b'abc',-1)
binascii.crc_hqx(b'abc')
binascii.b2a_uu(b'abc')
binascii.b2a_uu(b'a'*46)
binascii.b2a_uu(b'a b',backtick=True)
binascii.b2a_uu(b'\0',backtick=True)
binascii.a2b_uu(b'#86)C\n')
binascii.a2b_uu(b'')
binascii.a2b_uu(b' \n')
binascii.a2b_uu(b'#86')
binascii.a2b_uu(b'#\x80aaa')
binascii.a2b_uu(b'#86)C garbage')
binascii.a2b_uu('a\xff')
binascii.a2b_qp(b'a=41b=\nc=3')
binascii.a2b_qp('a_b',header=True)
binascii.a2b_qp(b'=')
binascii.a2b_qp(b'==41')
binascii.a2b_qp(b'=\r\nx')
binascii.a2b_qp(b'=  \nx')
binascii.a2b_qp(b'=zz')
binascii.b2a_qp(b'a=b \n\xff\r\n.')
binascii.b2a_qp(b'x'*100)
binascii.b2a_qp(b'x'*74+b'=\r\n')
binascii.Error.__mro__
binascii.Incomplete.__mro__
"""
for case in CASES.strip().splitlines():
    attempt(case)
