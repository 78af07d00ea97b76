"""Runs the tests of one file of CPython's test suite; writes one line of JSON for each test method.

usage: driver.py SUITE_FOLDER MODULE RESULTS [AFTER]

RESULTS gets {"id": …, "status": …, "message": …} lines, flushed one by one: `start` before a method runs, then how it ended
(pass, fail, error, skip, xfail, xpass). With AFTER, every test up to and including that id is left out: so the caller goes on
after a test that killed the process.
"""

import sys


def quote(text):
    out = ['"']
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif " " <= char <= "~":
            out.append(char)
        elif ord(char) < 0x10000 and not 0xD800 <= ord(char) < 0xE000:
            out.append("\\u%04x" % ord(char))
        else:
            out.append("?")
    out.append('"')
    return "".join(out)


def tests_in(suite):
    for item in suite:
        if hasattr(item, "__iter__"):
            yield from tests_in(item)
        elif item is not None:
            yield item


def without(suite, skipped):
    """The same suites (they carry class and module fixtures) less the tests already run."""
    kept = []
    for item in suite:
        if hasattr(item, "__iter__"):
            kept.append(without(item, skipped))
        elif item is not None and item.id() not in skipped:
            kept.append(item)
    return suite.__class__(kept)


def main(folder, name, results, after=None):
    sys.path[0:0] = [folder, __file__.rpartition("/")[0] + "/helpers"]
    import unittest

    import test.support

    # Methods marked as being about CPython count like all others.
    def check_impl_detail(**guards):
        guards, default = test.support._parse_guards(guards)
        return guards.get("cpython", default)

    test.support.check_impl_detail = check_impl_detail

    report = open(results, "a", encoding="ascii")

    def write(test, status, message=""):
        report.write('{"id": %s, "status": "%s", "message": %s}\n' % (quote(test.id()), status, quote(message)))
        report.flush()

    class Result(unittest.TestResult):
        def startTest(self, test):
            super().startTest(test)
            write(test, "start")

        def addSuccess(self, test):
            write(test, "pass")

        def addFailure(self, test, err):
            write(test, "fail", describe(err))

        def addError(self, test, err):
            write(test, "error", describe(err))

        def addSkip(self, test, reason):
            write(test, "skip", str(reason))

        def addExpectedFailure(self, test, err):
            write(test, "xfail")

        def addUnexpectedSuccess(self, test):
            write(test, "xpass")

        def addSubTest(self, test, subtest, err):
            if err is not None:
                write(test, "fail", describe(err))

    def describe(err):
        try:
            return ("%s: %s" % (err[0].__name__, err[1]))[:400]
        except Exception:
            return err[0].__name__

    try:
        from test import support

        support.use_resources = {}
        support.verbose = 0
    except ImportError:
        pass
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    if after is not None:
        done = set()
        for test in tests_in(suite):
            done.add(test.id())
            if test.id() == after:
                break
        suite = without(suite, done)
    suite.run(Result())
    report.write('{"id": "", "status": "end", "message": ""}\n')
    report.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
