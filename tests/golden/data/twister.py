# Library: the Mersenne Twister.
import _random

R = _random.Random


def attempt(text):
    try:
        print(text, "->", eval(text))
    except Exception as e:
        print(text, "->", type(e).__name__, e)


CASES = r"""
R(1,2)
R(x=1)
R(1.5).random()
R(-1).random()
R(2**100).random()
R(0).getrandbits(0)
R(0).getrandbits(-1)
R(0).getrandbits(100)
R(0).getrandbits(2**70)
R(0).getrandbits(1.5)
R(0).getstate()[:3]
len(R(0).getstate())
R(0).setstate(1)
R(0).setstate((1,))
R(0).setstate(('a',)*625)
R(0).setstate((0,)*624+(700,))
R(0).setstate((-1,)*624+(1,))
R([])
R(0).seed([])
R(0).seed(1,2)
R(5).getrandbits(64)
R(3**3000).getrandbits(1000)
"""
for case in CASES.strip().splitlines():
    attempt(case)
