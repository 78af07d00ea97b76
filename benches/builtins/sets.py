"""set and frozenset."""

from timing import measure

SETUP = """
words = ["w%d" % n for n in range(1000)]
nums = list(range(1000))
texts = set(words)
ints = set(nums)
odd = set(nums[::2])
small = {1, 2, 3}
"""

measure("set", SETUP, {
    "contains_int": "500 in ints",
    "contains_str": "'w500' in texts",
    "contains_absent": "5000 in ints",
    "add_remove": "small.add(9); small.remove(9)",
    "add_present": "small.add(2)",
    "discard_absent": "small.discard(99)",
    "display": "{1, 2, 3}",
    "empty": "set()",
    "of_list_1000": "set(words)",
    "of_ints_1000": "set(nums)",
    "comprehension_1000": "{n for n in nums}",
    "union": "ints | odd",
    "intersection": "ints & odd",
    "difference": "ints - odd",
    "symmetric": "ints ^ odd",
    "subset": "odd <= ints",
    "copy": "ints.copy()",
    "iterate_1000": "for n in ints: pass",
    "equal": "ints == ints.copy()",
    "frozenset_hash": "hash(frozenset(small))",
    "update": "s = set(); s.update(nums)",
})
