# §2.4.4 t-strings: Template and Interpolation objects.
name, n = 'World', 3
t = t'Hello {name!r:>10} and {n + 1} {{x}}!'
Template = type(t)
print(Template.__module__, Template.__qualname__)
print(t.strings, t.values)
for part in t.interpolations:
    print(type(part).__name__, part.value, part.expression, part.conversion, repr(part.format_spec))
for part in t:
    print('text' if isinstance(part, str) else 'value', repr(part) if isinstance(part, str) else repr(part.value))
print(t'', t''.strings, t''.values, list(t''))
print(t'{n}{name}'.strings, list(p.value for p in t'{n}{name}'))
u = t'a{1}' + t'b{2}c'
print(u.strings, u.values)
print((t'x' t'y{n}').strings)
print(t'{n=}'.strings, t'{n=}'.interpolations[0].conversion, t'{n=:>5}'.interpolations[0].format_spec)
print(t'{n:{name}>{n}}'.interpolations[0].format_spec)
print(rt'\n{n}'.strings, tr'\t'.strings, T'{n}'.values)
print(t'{ n }'.interpolations[0].expression, t'{ (n
   + 1) }'.interpolations[0].value)
Interpolation = type(t.interpolations[0])
i = Interpolation(5, 'five', 'r', '.2f')
print(i, i.value, i.expression)
print(Template('a', i, 'b', 'c').strings, Template(i, i).strings)
match i:
    case Interpolation(value, expr, conv, spec):
        print(value, expr, conv, spec)
print(repr(t'{n}x'))
def html(template):
    out = []
    for item in template:
        out.append(item if isinstance(item, str) else str(item.value).replace('<', '&lt;'))
    return ''.join(out)
print(html(t'<b>{"<script>"}</b>'))
lazy = t'{[i * n for i in range(n)]}'
print(lazy.values)
for f in (lambda: t + 'x', lambda: 'x' + t, lambda: Template(1), lambda: Interpolation(1, 'x', 'z'), lambda: hash(t) and 'hashable'):
    try:
        print(f())
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
try:
    t.strings = ()
except AttributeError as e:
    print(e)
try:
    t'{undefined_name}'
except NameError as e:
    print(e)
try:
    compile("t'a' f'b'", 't', 'eval')
except SyntaxError as e:
    print(e.msg)
