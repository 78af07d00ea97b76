"""f-strings, format, %, str and repr of containers."""

from timing import measure

SETUP = """
n, x, s = 42, 3.14159, "text"
items = [1, "two", 3.0, None]
record = {"a": 1, "b": [1, 2]}
"""

measure("format", SETUP, {
    "fstring_str": "f'{s} and {s}'",
    "fstring_int": "f'{n}'",
    "fstring_mixed": "f'{n}: {s} = {x}'",
    "fstring_width": "f'{n:06d}'",
    "fstring_float": "f'{x:.2f}'",
    "fstring_align": "f'{s:>10}'",
    "fstring_hex": "f'{n:#x}'",
    "fstring_comma": "f'{n:,}'",
    "fstring_repr": "f'{s!r}'",
    "percent_s": "'%s' % s",
    "percent_mixed": "'%d: %s %.2f' % (n, s, x)",
    "percent_mapping": "'%(a)s' % record",
    "method": "'{} {}'.format(n, s)",
    "method_named": "'{a} {b}'.format(a=n, b=s)",
    "format_builtin": "format(x, '10.3f')",
    "repr_list": "repr(items)",
    "repr_dict": "repr(record)",
    "repr_float": "repr(x)",
    "str_int": "str(n)",
})
