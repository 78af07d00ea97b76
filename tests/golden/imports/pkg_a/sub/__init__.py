from . import leaf
from .leaf import where as exp_where
exp_one = 1
_private = 2
print('sub runs')
