import math
x = (
