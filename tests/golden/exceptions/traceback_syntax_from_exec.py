# §8.4 A SyntaxError that leaves exec uncaught shows both the caller and the faulty line.
source = 'x = 1\nif x\n    y = 2\n'
def run(text):
    exec(compile(text, '<input>', 'exec'))
print('start', flush=True)
run(source)
