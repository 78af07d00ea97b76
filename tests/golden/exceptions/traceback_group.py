# §8.4.2/§4.3 An uncaught exception group: the tree display, nested groups, notes, chains inside.
def fail(n):
    raise ValueError(f'failure {n}')

def collect(count):
    errors = []
    for n in range(count):
        try:
            fail(n)
        except ValueError as error:
            errors.append(error)
    return errors

def build():
    inner = ExceptionGroup('inner', collect(2) + [TypeError('bare')])
    inner.add_note('a note on the group')
    try:
        raise inner
    except ExceptionGroup as group:
        try:
            {}['k']
        except KeyError as error:
            chained = error
        raise ExceptionGroup('outer', [group, chained, *collect(1)]) from None

build()
