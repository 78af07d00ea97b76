# Library: comma-separated values.
import _csv

D = _csv.Dialect


def R(lines, **k):
    return list(_csv.reader(lines, **k))


class F:
    def __init__(self):
        self.s = ""

    def write(self, x):
        self.s += x
        return len(x)


def W(*rows, **k):
    f = F()
    w = _csv.writer(f, **k)
    for r in rows:
        w.writerow(r)
    return f.s


_csv.register_dialect("excel", delimiter=",", quotechar='"', lineterminator="\r\n", quoting=0)


def attempt(text):
    try:
        print(ascii(text), "->", ascii(eval(text)))
    except Exception as e:
        print(ascii(text), "->", type(e).__name__, e)


CASES = [
    "D(delimiter='')",
    "D(delimiter='ab')",
    'D(delimiter=1)',
    'D(delimiter=None)',
    "D(quotechar='ab')",
    'D(quotechar=1)',
    'D(quotechar=None,quoting=3).quotechar',
    "D(quotechar='')",
    "D(escapechar='ab')",
    "D(escapechar='')",
    'D(escapechar=1)',
    'D(lineterminator=1)',
    'D(lineterminator=None)',
    "D(lineterminator='').lineterminator",
    "D(quoting='a')",
    'D(quoting=9)',
    'D(quoting=None)',
    'D(quoting=2**70)',
    "D(delimiter='\\n')",
    'D(delimiter=\'"\')',
    "D(quotechar='\\r')",
    "D(escapechar='\\n')",
    'D(escapechar=\'"\')',
    "D(escapechar=',')",
    "D(delimiter=',',lineterminator=',')",
    "D(quotechar=',',delimiter=',')",
    "D(quotechar=' ',skipinitialspace=True)",
    "D(escapechar=' ',skipinitialspace=True)",
    "D('nosuch')",
    "D(doublequote='a').doublequote",
    'D(strict=1).strict',
    "D(D(delimiter=';')).delimiter",
    "[getattr(D(),n) for n in 'delimiter doublequote escapechar lineterminator quotechar quoting skipinitialspace strict'.split()]",
    '_csv.register_dialect(1)',
    "_csv.register_dialect('a',1)",
    "_csv.register_dialect('b',delimiter=';')",
    '_csv.list_dialects()',
    "_csv.get_dialect('b').delimiter",
    "_csv.get_dialect('z')",
    "_csv.unregister_dialect('z')",
    "_csv.unregister_dialect('b')",
    '_csv.field_size_limit()',
    "_csv.field_size_limit('a')",
    '_csv.field_size_limit(131072)',
    '_csv.reader()',
    '_csv.reader(1)',
    "_csv.reader([],'nosuch')",
    '_csv.writer(1)',
    '_csv.writer()',
    "next(_csv.reader([b'a']))",
    'next(_csv.reader([1]))',
    "R(['a,b,c'])",
    'R([\'a,"b,c",d\'])',
    'R([\'a,"b""c"\'])',
    'R([\'a,"b\',\'c"\'])',
    'R([\'"a\'])',
    'R([\'"a\'],strict=True)',
    'R([\'"a"b\'])',
    'R([\'"a"b\'],strict=True)',
    "R(['a\\nb'])",
    "R(['a\\rb'])",
    "R(['a\\r\\n'])",
    "R([''])",
    "R(['a,'])",
    "R([',a'])",
    "R(['a\\0b'])",
    "R(['a\\\\,b'],escapechar='\\\\')",
    "R(['a\\\\'],escapechar='\\\\')",
    'R([\'"a\\\\"b"\'],escapechar=\'\\\\\')',
    'R([\'a, b, "c"\'],skipinitialspace=True)',
    'R([\'a, "b"\'])',
    'R([\'1,"2",x\'],quoting=2)',
    'R([\'1,"2",3.5,\'],quoting=2)',
    'R([\'1,"2",,""\'],quoting=4)',
    'R([\'1,,""\'],quoting=5)',
    'R([\'a"b"c\'])',
    'R([\'"a","b"\'],quoting=3)',
    "R(['a b c'],delimiter=' ')",
    "R(['a  b'],delimiter=' ',skipinitialspace=True)",
    'R([\'x,"a\\n\',\'b",y\'])',
    'R([\'"a\\r\\n\',\'"\'])',
    "R(['a','','b'])",
    "R(['a\\n','\\n','b'])",
    "R(['\\u20ac,\\u20ac'],delimiter='\\u20ac')",
    "R(['a,b\\r\\nc'])",
    'R([\'"a"\\r\\nc\'])',
    "R(['a\\\\\\nb'],escapechar='\\\\')",
    "W(['a','b'])",
    'W([\'a,b\',\'c"d\',\'e\\nf\',None,1,1.5,\'\'])',
    "W([''])",
    'W([None])',
    "W(['',''])",
    'W([])',
    "W(['a'],quoting=1)",
    "W(['a',1,None,''],quoting=2)",
    "W(['a',1,None,''],quoting=3,escapechar='\\\\')",
    "W(['a,b'],quoting=3)",
    "W(['a,b'],quoting=3,escapechar='\\\\')",
    'W([\'a"b\'],quoting=3,quotechar=\'"\')',
    'W([\'a"b\'],doublequote=False)',
    'W([\'a"b\'],doublequote=False,escapechar=\'\\\\\')',
    "W(['a',1,None,''],quoting=4)",
    "W(['a',1,None,''],quoting=5)",
    "W('ab')",
    'W(5)',
    "W(['a b'],delimiter=' ')",
    "W([' a'],skipinitialspace=True)",
    "W(['a\\\\b'],escapechar='\\\\')",
    "W(['a\\rb'])",
    "W(['\\\\'],escapechar='\\\\',quoting=3)",
    "W([''],quoting=3)",
    'W([None],quoting=5)',
    "W([''],quoting=4)",
    "W(['a;b'],delimiter=';',lineterminator='!')",
    "W(['a!b'],lineterminator='!')",
    'W([True,object],quoting=2)[:5]',
    'W([1.0,2**70,-3])',
    "_csv.writer(F()).writerow(['a'])",
    "_csv.writer(F()).writerows([['a'],['b']])",
    '_csv.writer(F()).writerows(1)',
    '_csv.writer(F()).writerows([1])',
    '_csv.reader([]).line_num',
    '_csv.reader([]).dialect.delimiter',
    '_csv.Reader()',
    '_csv.Writer()',
    '_csv.QUOTE_ALL',
    '_csv.Error.__mro__',
    'D().__reduce__()',
    "__import__('copy').copy(D())",
]
for case in CASES:
    attempt(case)
