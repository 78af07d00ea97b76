"""Importers of the standard library that is inside the program.

Its modules seem to lie in the folder `sys._stdlib_dir`, which need not exist.
"""

import _imp
import sys
from _frozen_importlib import ModuleSpec, spec_from_loader
from _frozen_importlib_external import SourceFileLoader, spec_from_file_location


class LibraryFinder:
    """Finds modules in one folder of the library: a path entry finder (PEP 302)."""

    def __init__(self, path):
        if _imp._library_folder(path) is None:
            raise ImportError('not a folder of the library inside the program', path=path)
        self.path = path.rstrip('/')

    def __repr__(self):
        return f'{type(self).__name__}({self.path!r})'

    def find_spec(self, fullname, target=None):
        path = f"{self.path}/{fullname.rpartition('.')[2]}"
        for file, search in ((f'{path}/__init__.py', [path]), (f'{path}.py', None)):
            if _imp._library_data(file) is not None:
                spec = spec_from_file_location(
                    fullname, file, loader=LibraryLoader(fullname, file),
                    submodule_search_locations=search)
                spec.cached = None
                return spec
        return None

    def invalidate_caches(self):
        """Nothing changes here."""

    def iter_modules(self, prefix=''):
        """Names of modules, and whether they are packages (for pkgutil)."""
        for name in _imp._library_folder(self.path) or ():
            if name.endswith('.py'):
                if name != '__init__.py':
                    yield prefix + name[:-3], False
            elif _imp._library_data(f'{self.path}/{name}/__init__.py') is not None:
                yield prefix + name, True


class LibraryLoader(SourceFileLoader):
    """Loads a module whose source and code are inside the program."""

    def get_code(self, fullname):
        code = _imp._library_code(self.get_filename(fullname))
        return super().get_code(fullname) if code is None else code

    def get_data(self, path):
        data = _imp._library_data(path)
        return super().get_data(path) if data is None else data

    def path_stats(self, path):
        data = _imp._library_data(path)
        if data is None:
            return super().path_stats(path)
        return {'mtime': 0, 'size': len(data)}

    def path_mtime(self, path):
        return self.path_stats(path)['mtime']

    def set_data(self, path, data, *, _mode=0o666):
        """The library does not change."""

    def get_resource_reader(self, module):
        if not self.is_package(module):
            return None
        from _taipan_resources import LibraryReader
        return LibraryReader(self.path.rpartition('/')[0])
