"""Data files of the standard library that is inside the program, for importlib.resources."""

import _imp
import io
from importlib.resources.abc import Traversable, TraversableResources


class LibraryReader(TraversableResources):
    """The resources of a package of the library."""

    def __init__(self, path):
        self.path = path

    def files(self):
        return LibraryPath(self.path)


class LibraryPath(Traversable):
    """A file or folder inside the program."""

    def __init__(self, path):
        self._path = path

    def __repr__(self):
        return f'{type(self).__name__}({self._path!r})'

    def __str__(self):
        return self._path

    def __eq__(self, other):
        return isinstance(other, LibraryPath) and self._path == other._path

    def __hash__(self):
        return hash(self._path)

    @property
    def name(self):
        return self._path.rpartition('/')[2]

    def iterdir(self):
        names = _imp._library_folder(self._path)
        if names is None:
            raise NotADirectoryError(self._path)
        return (LibraryPath(f'{self._path}/{name}') for name in names)

    def is_dir(self):
        return _imp._library_folder(self._path) is not None

    def is_file(self):
        return _imp._library_data(self._path) is not None

    def joinpath(self, *descendants):
        parts = [part for d in descendants for part in str(d).split('/') if part]
        return LibraryPath('/'.join([self._path, *parts]))

    def open(self, mode='r', *args, **kwargs):
        if mode not in ('r', 'rb'):
            raise ValueError(f"Invalid mode value {mode!r}, only 'r' and 'rb' are supported")
        data = _imp._library_data(self._path)
        if data is None:
            raise FileNotFoundError(self._path)
        stream = io.BytesIO(data)
        return stream if mode == 'rb' else io.TextIOWrapper(stream, *args, **kwargs)
