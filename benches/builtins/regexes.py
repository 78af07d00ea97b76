"""re: matching, searching, splitting, replacing."""

from timing import measure

SETUP = """
import re
text = "the quick brown fox jumps over the lazy dog, 12 times; mail bob@example.com or 555-1234 " * 10
word = re.compile(r"\\w+")
number = re.compile(r"\\d+")
mail = re.compile(r"([a-z]+)@([a-z]+)\\.com")
phone = re.compile(r"(\\d{3})-(\\d{4})")
alternatives = re.compile(r"cat|dog|bird")
lazy = re.compile(r"<(.+?)>")
key = re.compile(r"(?P<key>\\w+)\\s*=\\s*(?P<value>.*)")
"""

measure("re", SETUP, {
    "match": "word.match(text)",
    "fullmatch": "number.fullmatch('12345')",
    "search_literal": "mail.search(text)",
    "search_absent": "lazy.search(text)",
    "findall_words": "word.findall(text)",
    "finditer": "for m in number.finditer(text): pass",
    "sub": "number.sub('N', text)",
    "sub_function": "number.sub(lambda m: m[0], text)",
    "split": "word.split(text)",
    "groups": "phone.search(text).groups()",
    "alternatives": "alternatives.findall(text)",
    "named": "key.match('name = value').groupdict()",
    "module_cache": "re.match('a', 'abc')",
    "compile": "re._compiler.compile(r'(a|b)*c[d-f]+')",
}, budget=0.03)
