import cycle_b
a = 'a done'
