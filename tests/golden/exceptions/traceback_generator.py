# §8.4 An uncaught error through generators, yield from, and a coroutine.
async def leaf(n):
    return 10 // n
async def middle(n):
    return await leaf(n) + 1
def numbers():
    for n in (5, 0):
        try: middle(n).send(None)
        except StopIteration as stop: yield stop.value
def outer():
    yield from numbers()
total = sum(
    value
    for value in outer()
)
