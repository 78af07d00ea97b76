"""dict: lookups, stores, methods, iteration, building."""

from timing import measure

SETUP = """
words = ["w%d" % n for n in range(1000)]
byword = {w: n for n, w in enumerate(words)}
bynum = {n: w for n, w in enumerate(words)}
bypair = {(w, n): n for n, w in enumerate(words)}
small = {"a": 1, "b": 2, "c": 3}
pair = ("w5", 5)
other = "w" + str(500)
"""

measure("dict", SETUP, {
    "getitem_str": "byword['w77']",
    "getitem_fresh_str": "byword[other]",
    "getitem_int": "bynum[77]",
    "getitem_tuple": "bypair['w5', 5]",
    "setitem_str": "small['b'] = 5",
    "setitem_int": "bynum[77] = None",
    "get": "small.get('b')",
    "get_default": "small.get('z', 0)",
    "setdefault": "small.setdefault('b', 0)",
    "contains": "'b' in small",
    "pop_and_set": "small.pop('b'); small['b'] = 1",
    "add_and_delete": "small['new'] = 1; del small['new']",
    "display": "{'a': 1, 'b': 2, 'c': 3}",
    "empty": "{}",
    "copy": "small.copy()",
    "copy_1000": "byword.copy()",
    "merge": "small | small",
    "update": "small.update(small)",
    "from_pairs": "dict([('a', 1), ('b', 2)])",
    "from_keywords": "dict(a=1, b=2)",
    "comprehension_1000": "{w: 1 for w in words}",
    "iterate_keys_1000": "for k in byword: pass",
    "iterate_items_1000": "for k, v in byword.items(): pass",
    "list_values_1000": "list(byword.values())",
    "equal": "small == small.copy()",
    "fromkeys_1000": "dict.fromkeys(words)",
    "count_words": "c = {}\nfor w in words: c[w] = c.get(w, 0) + 1",
})
