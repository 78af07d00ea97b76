# §8.4 Notes, odd str results and long messages in an uncaught traceback.
class Odd(Exception):
    def __str__(self): raise ValueError('no text')
class Multi(Exception):
    def __str__(self): return 'first line\nsecond line'
try:
    raise Odd()
except Odd as e:
    e.add_note('note one')
    err = Multi()
    err.__notes__ = ['a', 5, 'multi\nline']
    raise err from e
