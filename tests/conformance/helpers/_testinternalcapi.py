"""What CPython's tests use of its module `_testinternalcapi` as a helper, where it has a meaning here.

What asks for CPython's own memory layout or bytecode raises NotImplementedError.
"""

import sys


def get_recursion_depth():
    """How many frames of Python code there are."""
    frame, depth = sys._getframe(1), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def dict_getitem_knownhash(mapping, key, hash):
    """The item of a key whose hash is known."""
    if not isinstance(mapping, dict):
        raise SystemError("bad argument to internal function")
    return dict.__getitem__(mapping, key)


def _layout(*args):
    raise NotImplementedError("about CPython's layout of objects")


has_inline_values = get_long_lived_total = get_tracked_heap_size = _layout
