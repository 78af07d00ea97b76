"""Exceptions raised and caught in a loop: own classes, built-in ones, finally and re-raising."""

DEFAULT, SHORT, CHECK = 2900000, 600000, 100


class Refused(Exception):
    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Later(Refused):
    pass


def check(number):
    if number % 3 == 0:
        raise Refused(number)
    if number % 5 == 0:
        raise Later(number)
    return number


def guarded(number, log):
    try:
        return check(number)
    except Later as error:
        return -error.number
    finally:
        log[0] += 1


def run(n):
    log = [0]
    table = {index: index for index in range(0, 50, 2)}
    passed = refused = missing = wrapped = 0
    for number in range(n):
        try:
            passed += guarded(number, log)
        except Refused as error:
            refused += error.number & 7
        try:
            passed += table[number % 50]
        except KeyError:
            missing += 1
        if number % 4 == 0:
            try:
                try:
                    [][number]
                except IndexError as error:
                    raise Refused(number) from error
            except Refused as error:
                wrapped += isinstance(error.__cause__, IndexError)
    return passed, refused, missing, wrapped, log[0]


def main():
    import sys

    mode = sys.argv[1] if len(sys.argv) > 1 else "check"
    if mode == "check":
        print(run(CHECK))
    elif mode == "once":
        print(run(DEFAULT))
    elif mode == "best":
        import time

        for _ in range(int(sys.argv[2])):
            start = time.perf_counter()
            run(SHORT)
            print(time.perf_counter() - start)
    else:
        raise SystemExit("usage: check | once | best K")


if __name__ == "__main__":
    main()
