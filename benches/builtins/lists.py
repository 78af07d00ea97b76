"""list, tuple, range and the functions that run over them."""

from timing import measure

SETUP = """
nums = list(range(1000))
floats = [n * 0.5 for n in nums]
small = [1, 2, 3, 4, 5]
triple = (1, 2, 3)
words = ["w%d" % n for n in nums]
flags = [False] * 1000
"""

measure("list", SETUP, {
    "getitem": "nums[500]",
    "setitem": "nums[500] = 500",
    "append_pop": "small.append(1); small.pop()",
    "insert_delete": "small.insert(0, 1); del small[0]",
    "display": "[1, 2, small, 4]",
    "slice_5": "nums[10:15]",
    "slice_1000": "nums[:]",
    "reverse_slice": "nums[::-1]",
    "slice_assign": "small[1:3] = [2, 3]",
    "concat": "small + small",
    "repeat_1000": "[0] * 1000",
    "extend": "a = []; a.extend(small)",
    "contains_int": "900 in nums",
    "contains_str": "'w900' in words",
    "index": "nums.index(900)",
    "count": "nums.count(5)",
    "reverse": "nums.reverse()",
    "equal": "nums == nums[:]",
    "compare": "small < [1, 2, 3, 4, 6]",
    "unpack": "a, b, c = triple",
    "star_unpack": "a, *b = small",
    "comprehension_1000": "[n + 1 for n in nums]",
    "filter_comprehension": "[n for n in nums if n & 1]",
    "iterate_1000": "for n in nums: pass",
    "enumerate_1000": "for i, n in enumerate(nums): pass",
    "zip_1000": "for a, b in zip(nums, words): pass",
    "sum_int": "sum(nums)",
    "sum_float": "sum(floats)",
    "min": "min(nums)",
    "max_key": "max(words, key=len)",
    "any": "any(flags)",
    "all_generator": "all(n >= 0 for n in nums)",
    "map_str": "list(map(str, nums))",
    "list_range_1000": "list(range(1000))",
    "reversed_1000": "for n in reversed(nums): pass",
    "len": "len(nums)",
    "tuple_display": "(small, 2, 3)",
    "tuple_of_list": "tuple(small)",
    "tuple_getitem": "triple[1]",
    "tuple_equal": "triple == (1, 2, 4)",
    "tuple_hash": "hash((1, 'a', 2.5))",
    "isinstance": "isinstance(small, list)",
})
