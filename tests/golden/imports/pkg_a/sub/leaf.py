from .. import value as up
from ..sibling import text
where = f'{__name__} {text}'
print('leaf runs')
