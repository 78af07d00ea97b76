# §8.4/§4.3 Carets for each kind of expression, shown through sys.excepthook.
import sys
def a_attr(o): return o.one.two.three
def b_sub(o): return o['a']['b'][0]
def c_bin(x, y): return x * 2 + y / 0
def d_call(f): return max(f(1), f(2)(3))
def e_cmp(x): return x < 1 < 'a'
def f_multi():
    return (len([1, 2]) +
            len(
                5
            ))
def g_aug(x):
    x.n += 1
def h_unpack():
    a, b = [1, 2, 3]
def i_for():
    for x in 5: pass
def j_with():
    with 5 as x: pass
def k_comp(): return [1 / n for n in (1, 0)]
def l_lambda(): return (lambda x: x.missing)(1)
def m_raise(): raise ValueError('multi\nline message')
def n_assert(): assert 1 == 2, 'values differ'
def o_import(): from math import no_such_name
def p_del(): del [1, 2][5]
def q_fstring(): return f'{1}{2 + nope}{3}'
def r_unicode(): return 'ééé' + 'ü' + ('漢字' + None)
def s_long(): return some_function_that_does_not_exist_and_has_a_long_name(argument_number_one=1, argument_number_two=2, argument_number_three=3)
def t_slice(x): return x[1:2][None]
def u_unary(): return -'a'
def v_star(): return print(*5)
def w_kw(): return print(**5)
def x_store(t): t[0] = 1
def y_class():
    class Q(5): pass
def z_match():
    match 1:
        case str() | int(1, 2): pass
def rec(n):
    if n == 0: return 1 / 0
    return rec(n - 1)
def tabs():
	return  1 +	None
def await_():
    async def c(): await 5
    c().send(None)
def yield_from():
    yield from 5
def deco():
    @(lambda f: f())
    def inner(): return 1 / 0
class P:
    @property
    def prop(self): return self.gone
tests = [(a_attr, P()), (b_sub, {'a': {}}), (c_bin, 1, 2), (d_call, abs), (e_cmp, 0), (f_multi,), (g_aug, P()), (h_unpack,), (i_for,), (j_with,), (k_comp,), (l_lambda,), (m_raise,), (n_assert,), (o_import,), (p_del,), (q_fstring,), (r_unicode,), (s_long,), (t_slice, [1, 2]), (u_unary,), (v_star,), (w_kw,), (x_store, ()), (y_class,), (z_match,), (rec, 3), (rec, 10), (tabs,), (await_,), (lambda: list(yield_from()),), (deco,), (lambda: P().prop,)]
sys.stderr = sys.stdout
for f, *args in tests:
    try: f(*args)
    except Exception as e: sys.excepthook(type(e), e, e.__traceback__.tb_next)
