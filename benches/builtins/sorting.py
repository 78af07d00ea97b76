"""sorted, list.sort, min and max with keys, heapq, bisect."""

from timing import measure

SETUP = """
import bisect, heapq, operator
seed, nums = 7, []
for _ in range(1000):
    seed = seed * 16807 % 2147483647
    nums.append(seed)
floats = [n / 7 for n in nums]
words = ["w%d" % n for n in nums]
pairs = list(zip(words, nums))
ordered = sorted(nums)
class P:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
objects = [P(n) for n in nums[:200]]
"""

measure("sorting", SETUP, {
    "ints": "sorted(nums)",
    "floats": "sorted(floats)",
    "strs": "sorted(words)",
    "tuples": "sorted(pairs)",
    "ordered": "sorted(ordered)",
    "reverse": "sorted(nums, reverse=True)",
    "key_function": "sorted(words, key=len)",
    "key_lambda": "sorted(pairs, key=lambda p: p[1])",
    "key_itemgetter": "sorted(pairs, key=operator.itemgetter(1))",
    "objects": "sorted(objects)",
    "bisect": "bisect.bisect_left(ordered, 12345678)",
    "heap": "h = []\nfor n in nums[:50]: heapq.heappush(h, n)\nwhile h: heapq.heappop(h)",
    "heapify": "heapq.heapify(nums[:])",
    "nsmallest": "heapq.nsmallest(10, nums)",
    "min_key": "min(pairs, key=operator.itemgetter(1))",
}, budget=0.03)
