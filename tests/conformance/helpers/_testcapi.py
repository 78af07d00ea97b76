"""What CPython's tests use of its module `_testcapi` as a helper, where it has a meaning here."""

import sys

CHAR_MAX, CHAR_MIN = 2**7 - 1, -(2**7)
UCHAR_MAX = 2**8 - 1
SHRT_MAX, SHRT_MIN = 2**15 - 1, -(2**15)
USHRT_MAX = 2**16 - 1
INT_MAX, INT_MIN = 2**31 - 1, -(2**31)
UINT_MAX = 2**32 - 1
LONG_MAX = LLONG_MAX = PY_SSIZE_T_MAX = 2**63 - 1
LONG_MIN = LLONG_MIN = PY_SSIZE_T_MIN = -(2**63)
ULONG_MAX = ULLONG_MAX = 2**64 - 1
SIZEOF_WCHAR_T = 4
SIZEOF_TIME_T = 8
FLT_MAX, FLT_MIN = 3.4028234663852886e38, 1.1754943508222875e-38
DBL_MAX, DBL_MIN = sys.float_info.max, sys.float_info.min

# No allocator of CPython's.
WITH_PYMALLOC = WITH_MIMALLOC = False


def exception_print(exception, legacy=False):
    """`PyErr_DisplayException`: what the interpreter itself prints of an exception."""
    if not isinstance(exception, BaseException):
        raise TypeError(f"print_exception(): Exception expected for value, {type(exception).__name__} found")
    sys.__excepthook__(type(exception), exception, exception.__traceback__)


def config_get(name):
    """The value of a setting of the interpreter."""
    if name == "code_debug_ranges":
        return "no_debug_ranges" not in sys._xoptions
    if hasattr(sys.flags, name):
        return getattr(sys.flags, name)
    raise ValueError(f"unknown config option name: {name}")
