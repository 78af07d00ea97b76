"""What CPython's tests use of its module `_testlimitedcapi` as a helper, in Python: the sequence protocol of the C API."""


def _sequence(obj):
    if not hasattr(type(obj), "__getitem__"):
        raise TypeError(f"'{type(obj).__name__}' object does not support indexing")
    return type(obj)


def sequence_getitem(obj, index):
    """`PySequence_GetItem`."""
    return _sequence(obj).__getitem__(obj, index.__index__())


def sequence_setitem(obj, index, value):
    """`PySequence_SetItem`."""
    _sequence(obj).__setitem__(obj, index.__index__(), value)


def sequence_delitem(obj, index):
    """`PySequence_DelItem`."""
    _sequence(obj).__delitem__(obj, index.__index__())
