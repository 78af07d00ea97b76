# §8.4/§4.3 An uncaught exception: frames, carets under the failing part, exit code 1.
def divide(a, b):
    return (a + 1) / (b - 1)

def call(f, *args):
    value = [f(x, y) for x, y in args]
    return value

class Worker:
    def __init__(self, factor):
        self.factor = factor

    def work(self, items):
        return call(
            divide,
            *((item * self.factor, 1) for item in items),
        )

print('before', flush=True)
Worker(2).work([1, 2, 3])
print('never')
