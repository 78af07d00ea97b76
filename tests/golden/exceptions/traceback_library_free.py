# §8.4 An uncaught error inside exec'd code, a lambda, a comprehension and a class body, without sources.
import sys
def level(f): return f()
code = compile('def inner(v):\n    return v["missing"]\nresult = inner({})', '<made>', 'exec')
class Holder:
    attribute = level(lambda: [exec(code, {}) for _ in range(1)])
