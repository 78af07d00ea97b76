# §2.3 Identifiers and keywords: Unicode names, NFKC, soft keywords, dunder and private names.
naïve = 1
变量 = 2
_x1 = 3
Ω = 4
print(naïve, 变量, _x1, Ω)
ﬁ = 'ligature'          # stored under its NFKC form
print(fi, 'fi' in globals(), 'ﬁ' in globals())
ª = 5
print(a if 'a' in globals() else 'missing')
𝐱 = 6
print(x)
class K:
    𝓪𝓽𝓽𝓻 = 7
print(K.attr, sorted(n for n in vars(K) if not n.startswith('__')))
match = 1
case = 2
type = 3
_ = 4
print(match, case, type, _)
match (match):
    case 1: print('soft keyword as value')
type X = int
print(X, type)
def match(case): return case
print(match(case=9))
print('é'.isidentifier(), '1a'.isidentifier(), 'def'.isidentifier(), 'a-b'.isidentifier(), '℘'.isidentifier(), ''.isidentifier())
for name in ('None', 'True', 'match', 'async', 'print'):
    try:
        exec(f'{name} = 1', {})
        print(name, 'can be assigned')
    except SyntaxError as e:
        print(name, e.msg)
soft = {'match': 1, 'case': 2, 'type': 3}
print(soft, [match for match in range(2)])
def f(*, type, match): return type, match
print(f(type=1, match=2))
