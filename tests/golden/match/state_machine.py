# §8.6 match as a dispatcher: tokens, an expression evaluator, nested data, guards with side effects.
def tokens(text):
    out, i = [], 0
    while i < len(text):
        match text[i]:
            case ' ': i += 1
            case c if c.isdigit():
                j = i
                while j < len(text) and text[j].isdigit(): j += 1
                out.append(('num', int(text[i:j]))); i = j
            case '+' | '-' | '*' | '/' as op: out.append(('op', op)); i += 1
            case '(' | ')' as p: out.append((p,)); i += 1
            case bad: raise ValueError(f'bad character {bad!r} at {i}')
    return out
def parse(ts):
    def expr(ts, level=0):
        match ts:
            case [('num', n), *rest]: left = n
            case [('op', '-'), *rest]: v, rest = expr(rest, 2); left = ('neg', v)
            case [('(',), *rest]:
                left, rest = expr(rest)
                match rest:
                    case [(')',), *rest]: pass
                    case _: raise ValueError('missing )')
            case []: raise ValueError('unexpected end')
            case [t, *_]: raise ValueError(f'unexpected {t}')
        while True:
            match rest:
                case [('op', '+' | '-' as o), *more] if level < 1: r, rest = expr(more, 1); left = (o, left, r)
                case [('op', '*' | '/' as o), *more] if level < 2: r, rest = expr(more, 2); left = (o, left, r)
                case _: return left, rest
    tree, rest = expr(ts)
    if rest: raise ValueError(f'left over {rest}')
    return tree
def ev(t):
    match t:
        case int(n): return n
        case ('neg', x): return -ev(x)
        case ('+', a, b): return ev(a) + ev(b)
        case ('-', a, b): return ev(a) - ev(b)
        case ('*', a, b): return ev(a) * ev(b)
        case ('/', a, b) if (d := ev(b)) != 0: return ev(a) / d
        case ('/', a, _): return float('inf') if ev(a) > 0 else float('-inf')
for s in ('1 + 2 * 3', '(1 + 2) * 3', '-4 * -(2 - 5)', '8 / 4 / 2', '1 / 0', '2 * (3', '1 +', '5 5', '2 $ 3', '10 - 3 - 2', ''):
    try: t = parse(tokens(s)); print(s, '=>', t, '=', ev(t))
    except ValueError as e: print(s, '->', e)
def door(state, event):
    match state, event:
        case 'closed', 'open': return 'opened'
        case 'opened', 'close': return 'closed'
        case 'closed', ('lock', int(code)) if code > 99: return ('locked', code)
        case ('locked', code), ('unlock', c) if c == code: return 'closed'
        case ('locked', _) as s, _: return s
        case s, 'kick' | 'push': return s
        case _: raise ValueError((state, event))
s = 'closed'
for e in ('open', 'kick', 'close', ('lock', 123), 'open', ('unlock', 1), ('unlock', 123), 'open'): s = door(s, e); print(e, '->', s)
try: door('opened', 'fly')
except ValueError as e: print(e)
