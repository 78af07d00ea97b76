"""What the language itself does: calls, classes, exceptions, generators."""

from timing import measure

SETUP = """
import functools, itertools, collections, operator
def f(): pass
def g(a, b=2, *, c=3): return a
def v(*args, **kw): pass
class A:
    count = 0
    def __init__(self, x=1): self.x = x
    def m(self): return self.x
    @property
    def p(self): return self.x
    @classmethod
    def c(cls): pass
    @staticmethod
    def s(): pass
    def __enter__(self): pass
    def __exit__(self, *e): pass
    def __getitem__(self, k): return k
    def __add__(self, o): return self
    def __eq__(self, o): return True
    __hash__ = object.__hash__
class B(A):
    def m(self): return super().m()
a, b = A(), B()
def gen():
    for n in range(100): yield n
args, kw = (1, 2), {"c": 3}
nums = list(range(100))
part = functools.partial(g, 1)
@functools.lru_cache
def cached(n): return n
P = collections.namedtuple("P", "x y")
point = P(1, 2)
dq = collections.deque(nums)
def raiser(): raise ValueError("x")
"""

measure("language", SETUP, {
    "call": "f()",
    "call_keywords": "g(1, c=5)",
    "call_varargs": "v(1, 2, x=3)",
    "call_star": "g(*args, **kw)",
    "method": "a.m()",
    "super_method": "b.m()",
    "property": "a.p",
    "classmethod": "A.c()",
    "staticmethod": "A.s()",
    "instance": "A(5)",
    "attribute_store": "a.x = 5",
    "getattr": "getattr(a, 'x')",
    "hasattr_missing": "hasattr(a, 'zz')",
    "getitem": "a[5]",
    "add": "a + a",
    "equal": "a == b",
    "lambda": "(lambda: 0)()",
    "closure": "def h(): return a",
    "class_statement": "class C: pass",
    "class_with_methods": "class C(A):\n    x = 1\n    def m(self): pass\n    def n(self): pass",
    "with": "with a: pass",
    "try_no_raise": "try: f()\nexcept ValueError: pass",
    "raise_catch": "try: raise ValueError\nexcept ValueError: pass",
    "raise_deep": "try: raiser()\nexcept ValueError: pass",
    "raise_native": "try: nums[1000]\nexcept IndexError: pass",
    "finally": "try: f()\nfinally: pass",
    "generator_100": "for n in gen(): pass",
    "genexpr_sum": "sum(n for n in nums)",
    "next_default": "next(iter(()), None)",
    "partial": "part()",
    "lru_cache": "cached(5)",
    "namedtuple": "P(1, 2)",
    "namedtuple_field": "point.x",
    "deque": "dq.append(1); dq.popleft()",
    "counter": "collections.Counter('abracadabra')",
    "chain": "for n in itertools.chain(nums, nums): pass",
    "product": "for n in itertools.product(nums[:10], nums[:10]): pass",
    "reduce": "functools.reduce(operator.add, nums)",
    "map_lambda": "list(map(lambda n: n, nums))",
    "sorted_attr": "sorted(nums, key=operator.neg)",
    "match": "match args:\n    case (1, 2): pass",
    "import": "import sys",
    "exec": "exec('x = 1')",
    "compile": "compile('x = [a + 1 for a in range(10) if a]', 's', 'exec')",
})
