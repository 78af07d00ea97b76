"""A package for packages.py."""
value = 'from pkg_a'
star_made = 'star'
hidden = 1
__all__ = ['star_made', 'sub']
print('pkg_a runs once')


def __getattr__(name):
    if name.startswith('lazy'):
        return f'made {name}'
    raise AttributeError(f'pkg_a has no {name}')
