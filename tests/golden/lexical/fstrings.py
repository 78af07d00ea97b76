# §2.4.3 f-strings: conversions, nested formats, self-documenting, PEP 701 quoting and nesting.
name, width, value = 'World', 12, 3.14159
print(f'Hello {name}!', f"{name!r:>{width}}", f'{value:{width}.{2}f}|', F'{value!s:.3}')
print(f'{name=}', f'{ name = }', f'{value=:.2f}', f'{name=!s}', f'{width + 1 = }', f'{width=!r:>5}')
print(f'{{}} {{{name}}} {{name}} }}{{')
print(f'{"nested " + f'{f"{name}"}'}', f'{'same' 'quotes'}', f'{"\n".join(["a", "b"])}')
print(f'''{
    name   # a comment
    .upper()
}''')
print(f'{[x for x in range(3)]} { {1: 2}[1] } {(lambda x: x * 2)(4)} {width if width else 0}')
print(f'{name!a}', f'{"é"!a}', f'{"é"!r}', f'{None}', f'{True:d}', f'{1:>3}{2:<3}{3:^3}|')
print(f'{1_000_000:,}', f'{255:#x}', f'{255:08b}', f'{-5:+}', f'{0.5:%}', f'{"x":*^5}')
print(rf'\n{name}\t', fR'{name}\d', f'\x41{name}\u0042', f'\N{BULLET}')
print(f'{name:{"<" if True else ">"}{width}}|', f'{value:{{"a": ".1f"}["a"]}}')
class Fmt:
    def __format__(self, spec): return f'<{spec}>'
    def __str__(self): return 'S'
    def __repr__(self): return 'R'
x = Fmt()
print(f'{x}', f'{x:abc}', f'{x!s}', f'{x!r:>3}', f'{x:{name}{width}}', f'{x=}', f'{x=:q}')
print(f'{(y := 5)} {y} {(z:=y):>3}', f'{width:=+5}', f'{3 != 4}', f'{3 == 3}', f'{1 <= 2}')
print(f'' == '', f'a' f'b' 'c{d}' f'{1}', f'{1}' '{2}')
print(f"{'a' if 1 else 'b'}{'':>3}{','.join('xy')!r}")
def gen(): yield from (f'{i}' for i in range(3))
print(*gen())
print(f'{lambda_}' if (lambda_ := 3) else '', f'{ord("a"):c}', f'{"%d" % 3}', f'{name[0]}{name[-1:]}{ {"k": "v"}["k"] }')
for bad in ("f'{'", "f'}'", "f'{}'", "f'{a b}'", "f'{a!x}'", "f'{a!}'", "f'{lambda x: 1}'", "f'{a:{b:{c:{d}}}}'", "f'{*}'", "f'{!r}'", "f'{ =}'"):
    try:
        compile(bad, 'f', 'eval')
        print(bad, 'ok')
    except SyntaxError as e:
        print(bad, '->', e.msg)
try:
    f'{object():abc}'
except TypeError as e:
    print(e)
try:
    f'{3.5:d}'
except ValueError as e:
    print(e)
