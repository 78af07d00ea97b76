"""int and float: operators, conversions, big numbers, math."""

from timing import measure

SETUP = """
import math
i, j, x, y = 12345, 678, 1.5, 2.25
big = 3 ** 200
huge = 7 ** 3000
other = 5 ** 2500
text = str(huge)
mid = 2 ** 64 + 1
"""

measure("number", SETUP, {
    "add": "i + j",
    "multiply": "i * j",
    "floor_divide": "i // j",
    "modulo": "i % j",
    "negative_modulo": "-i % j",
    "true_divide": "i / j",
    "power": "j ** 3",
    "pow_mod": "pow(i, 65537, 1000007)",
    "shift": "i << 5 >> 3",
    "bits": "(i & j) | (i ^ j)",
    "compare": "i < j",
    "divmod": "divmod(i, j)",
    "abs": "abs(-5)",
    "float_add": "x + y",
    "float_power": "x ** y",
    "float_divide": "x / y",
    "mixed": "i * x",
    "round": "round(3.14159, 2)",
    "int_of_float": "int(x)",
    "float_of_int": "float(i)",
    "bit_length": "i.bit_length()",
    "mid_add": "mid + mid",
    "mid_multiply": "mid * mid",
    "big_add": "big + big",
    "big_multiply": "big * big",
    "big_divmod": "divmod(big, mid)",
    "huge_multiply": "huge * other",
    "huge_divide": "huge // other",
    "huge_to_str": "str(huge)",
    "huge_of_str": "int(text)",
    "huge_power": "7 ** 3000",
    "hex": "hex(i)",
    "sqrt": "math.sqrt(x)",
    "sin": "math.sin(x)",
    "floor": "math.floor(x)",
    "gcd": "math.gcd(i, j)",
    "isqrt": "math.isqrt(i)",
    "hypot": "math.hypot(x, y)",
    "factorial": "math.factorial(50)",
    "is_integer": "x.is_integer()",
})
