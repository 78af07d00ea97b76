"""str: methods, slices, searches, concatenation, iteration."""

from timing import measure

SETUP = """
text = "the quick brown fox jumps over the lazy dog " * 20
word = "Hello"
other = "Hel" + "".join(["lo"])
line = "alpha,beta,gamma,delta,epsilon"
words = text.split()
wide = "h\\u00e9llo w\\u014drld " * 20
digits = "1234567890"
padded = "   some text \\n"
data = text.encode()
table = str.maketrans("abc", "xyz")
"""

measure("str", SETUP, {
    "concat": "word + other",
    "append_in_place": "s = ''\nfor w in words: s += w",
    "equal": "word == other",
    "compare": "word < line",
    "index": "text[100]",
    "slice": "text[10:20]",
    "reverse": "line[::-1]",
    "contains": "'lazy' in text",
    "contains_absent": "'zebra' in text",
    "find": "text.find('dog')",
    "rfind": "text.rfind('the')",
    "count": "text.count('o')",
    "startswith": "line.startswith('alp')",
    "endswith_tuple": "line.endswith(('x', 'lon'))",
    "split": "line.split(',')",
    "split_white": "text.split()",
    "splitlines": "padded.splitlines()",
    "partition": "line.partition(',')",
    "join": "','.join(words)",
    "join_generator": "','.join(w for w in words)",
    "replace": "text.replace('fox', 'cat')",
    "replace_char": "line.replace(',', ';')",
    "strip": "padded.strip()",
    "rstrip_chars": "padded.rstrip('\\n')",
    "upper": "line.upper()",
    "lower": "word.lower()",
    "title": "line.title()",
    "isdigit": "digits.isdigit()",
    "isalpha": "word.isalpha()",
    "zfill": "digits.zfill(20)",
    "center": "word.center(20)",
    "iterate": "for c in text: pass",
    "iterate_wide": "for c in wide: pass",
    "list": "list(line)",
    "ord_chr": "chr(ord('a') + 1)",
    "hash_fresh": "hash(text[1:30])",
    "encode": "text.encode()",
    "encode_wide": "wide.encode()",
    "decode": "data.decode()",
    "translate": "line.translate(table)",
    "repeat": "word * 100",
    "wide_upper": "wide.upper()",
    "wide_split": "wide.split()",
    "wide_slice": "wide[3:40]",
    "wide_find": "wide.find('zz')",
    "len": "len(text)",
    "str_of_int": "str(12345)",
    "str_of_float": "str(3.14159)",
    "repr": "repr(line)",
    "int_of_str": "int('12345')",
    "float_of_str": "float('3.14159')",
    "expandtabs": "line.expandtabs()",
    "casefold": "line.casefold()",
})
