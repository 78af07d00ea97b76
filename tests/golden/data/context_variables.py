# PEP 567: contexts and their variables.
import contextvars as c


def attempt(f):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, str(e).split(" at 0x")[0].split(" object")[0])


v = c.ContextVar("v")
w = c.ContextVar("w", default=[1])
attempt(lambda: c.ContextVar(1))
attempt(v.get)
attempt(lambda: v.get(5))
attempt(w.get)
t = v.set(3)
print(t.old_value is c.Token.MISSING, t.var is v, v.get())
v.reset(t)
attempt(lambda: v.reset(t))
attempt(lambda: v.reset(1))
attempt(lambda: w.reset(v.set(1)))
ctx = c.copy_context()
print(len(ctx), ctx[v], v in ctx, w in ctx, ctx.get(w, 9))
attempt(lambda: ctx["v"])
inner = ctx.run(v.set, 7)
print(ctx[v], v.get(), ctx == ctx.copy(), ctx == c.Context())
attempt(lambda: v.reset(inner))
attempt(lambda: ctx.run(ctx.run, print))
attempt(lambda: hash(ctx))
with v.set(9) as t:
    print(v.get())
print(v.get())
many = [c.ContextVar(str(i)) for i in range(500)]


def big():
    tokens = [x.set(i) for i, x in enumerate(many)]
    copy = c.copy_context()
    for x, t in list(zip(many, tokens))[::2]:
        x.reset(t)
    print(len(copy), len(c.copy_context()))
    print(all(copy[x] == i for i, x in enumerate(many)))
    print(all(x.get(None) == (i if i % 2 else None) for i, x in enumerate(many)))


c.Context().run(big)


def generator():
    v.set("in the generator")
    yield v.get()
    yield v.get()


def walk():
    g = generator()
    print(next(g), v.get())
    v.set("outside")
    print(next(g))


c.copy_context().run(walk)
print(v.get())
