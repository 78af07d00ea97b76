# §4.7 (percent formatting) Every conversion with flags, widths, mappings and errors.
for spec in ('%d', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%#x', '%X', '%o', '%#o', '%i', '%u', '%e', '%.2e', '%f', '%.0f', '%#.0f', '%g', '%10.3g', '%G', '%s', '%r', '%a', '%c', '%5c', '%.1s', '%10s', '%-10s|', '%%', '%08.2f', '%+.1f', '%.10d', '%#X'):
    row = []
    for v in (42, -42, 3.75, 2**70, True, 'x'):
        try: row.append(spec % v if spec != '%%' else spec % ())
        except Exception as e: row.append(type(e).__name__)
    print(spec, row)
print('%s %s' % (1, 2), '%(a)s-%(b)d' % {'a': 1, 'b': 2}, '%*d|%-*d|%.*f' % (5, 1, 5, 2, 2, 3.14159), '%s' % (1,), '%s' % [1, 2], '%s' % {'a': 1}, '%s' % None, '%(x)s %%' % {'x': 'y'}, '%s%%' % 5, '%ld %hd' % (1, 2), '%' '%' % ())
class S:
    def __str__(self): return 'str'
    def __repr__(self): return 'repr é'
    def __int__(self): return 7
    def __index__(self): return 8
    def __float__(self): return 1.5
print('%s %r %a %d %x %f' % ((S(),) * 6), '%10.2s|' % S())
class M(dict):
    def __missing__(self, k): return k.upper()
print('%(one)s %(two)5s' % M(), '%(a(b))s' % {'a(b)': 1}, 'no args' % (), 'no args' % {}, 'x' % [])
for f in (lambda: '%d' % 'x', lambda: '%s %s' % 1, lambda: '%s' % (1, 2), lambda: '%(a)s' % 1, lambda: '%(a)s' % {}, lambda: '%q' % 1, lambda: '%' % 1, lambda: '%c' % 'ab', lambda: '%c' % -1, lambda: '%c' % 1.5, lambda: '%x' % 1.5, lambda: '%*d' % ('a', 1), lambda: '%d' % None, lambda: '%f' % 'a', lambda: 'a' % 1, lambda: '%(a' % {}, lambda: '%s %(a)s' % {'a': 1}, lambda: '%.*f' % (1,), lambda: '%d' % float('inf'), lambda: '%d' % float('nan'), lambda: '%o' % 'a', lambda: '%c' % 0x110000, lambda: '%i' % 1j, lambda: '%e' % 1j, lambda: '%5' % 1, lambda: '%s' % (), lambda: '%z' % ()):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
