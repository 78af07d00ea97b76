# §8.4/§4.3 Uncaught chained exceptions: cause and context, notes, multi-line expressions.
def parse(text):
    try:
        return int(text)
    except ValueError as error:
        raise KeyError('bad entry') from error

def load(rows):
    try:
        return {name: parse(text) for name, text in rows}
    except KeyError as error:
        error.add_note('while loading')
        error.add_note('second note\nwith two lines')
        raise

def main():
    try:
        load([('a', '1'), ('b', 'x1')])
    except KeyError:
        result = (1 +
                  undefined_name
                  + 2)

main()
