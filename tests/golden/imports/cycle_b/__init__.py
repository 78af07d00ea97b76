import cycle_a
seen = hasattr(cycle_a, 'a')
b = 'b done'
