# §3.2.13/§8.3 Iterators: iter/next/zip/map/filter/enumerate/reversed and itertools.
import itertools as it
print(list(zip('ab', [1, 2, 3])), list(zip()), list(zip([1])), dict(zip('ab', '12')), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])), list(filter(None, [0, 1, '', 'a'])), list(filter(lambda x: x > 1, [1, 2])), list(enumerate('ab', 5)), list(reversed([1, 2])), list(iter(lambda c=iter([1, 2, 0, 3]): next(c), 0)))
def tries(*fs):
    for f in fs:
        try: print(f())
        except Exception as e: print(type(e).__name__, e)
tries(lambda: list(zip([1], [1, 2], strict=True)), lambda: list(zip([1, 2], [1], strict=True)), lambda: list(zip([1, 2], [1, 2], [1], strict=True)), lambda: list(map(lambda a, b: a, [1], [1, 2], strict=True)), lambda: list(map(len, [1])), lambda: next(iter([])), lambda: zip(1), lambda: enumerate(), lambda: enumerate([], 'a'), lambda: iter(5, 1), lambda: list(filter(1, [1])), lambda: reversed({}) and 'dict reversed', lambda: reversed(set()), lambda: next([1]))
print(list(it.islice(it.count(5, 2), 3)), list(it.islice(it.count(0.5), 2)), list(it.islice(it.cycle('ab'), 5)), list(it.repeat('x', 2)), list(it.chain('ab', [1])), list(it.chain.from_iterable([[1], 'z'])), list(it.compress('abc', [1, 0, 1])), list(it.dropwhile(lambda x: x < 2, [1, 2, 1])), list(it.takewhile(lambda x: x < 2, [1, 2, 1])), list(it.filterfalse(None, [0, 1])))
print(list(it.accumulate([1, 2, 3])), list(it.accumulate([1, 2, 3], lambda a, b: a * b, initial=10)), list(it.accumulate([])), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.islice('abcdef', 1, 5, 2)), list(it.islice('abc', None)), list(it.zip_longest('ab', [1], fillvalue='-')), list(it.pairwise('abc')), list(it.batched('abcde', 2)), [''.join(p) for p in it.permutations('abc', 2)], [''.join(p) for p in it.combinations('abcd', 2)], list(it.combinations_with_replacement('ab', 2)), list(it.product('ab', [1, 2])), list(it.product([0, 1], repeat=2)), list(it.product()), list(it.permutations([], 0)), list(it.combinations([1], 2)))
for k, g in it.groupby('aabbbca', key=lambda c: c): print(k, list(g), end=' ')
print([(k, len(list(g))) for k, g in it.groupby([1, 1.0, True, 2])])
groups = it.groupby('aab'); k1, g1 = next(groups); k2, g2 = next(groups); print(k1, list(g1), k2, list(g2))
a, b = it.tee(iter('abc')); print(next(a), list(b), list(a)); a, b, c = it.tee([1, 2], 3); print(list(c), list(a), list(b), it.tee([], 0))
tries(lambda: it.islice([], -1), lambda: it.islice([], 1, 2, 0), lambda: it.count('a'), lambda: it.repeat(), lambda: list(it.batched('ab', 0)), lambda: list(it.batched('abc', 2, strict=True)), lambda: it.permutations([1], -1), lambda: it.combinations(5, 2), lambda: it.tee([], -1), lambda: list(it.chain(5)), lambda: list(it.starmap(pow, [1])), lambda: it.product([1], repeat=-1), lambda: it.zip_longest([1], bad=2), lambda: it.groupby())
c = it.count(10); print(next(c), next(c), c, it.count(1, 3), it.repeat(5), it.repeat(5, 2), it.repeat(1, 3).__length_hint__(), next(it.count(-2)), next(it.count(2**63)))
def noisy():
    for i in range(3): print(f'<{i}>', end=''); yield i
z = zip(noisy(), [10, 20]); print(list(z)); m = map(lambda x: x * 2, noisy()); print(next(m), next(m)); f = filter(lambda x: x % 2, noisy()); print(list(f)); print(any(noisy()), all(noisy()), sum(noisy()), max(noisy()), list(it.islice(noisy(), 2)), 1 in noisy())
src = iter(range(10)); print(list(zip(src, src, src)), list(src)); src = iter(range(5)); print(list(it.takewhile(lambda x: x < 2, src)), list(src)); src = iter([1, 2, 3]); print(next(src), [*src], next(src, 'done'), next(src, None))
class Countdown:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1; return self.n
print(list(Countdown(3)), sum(Countdown(4)), sorted(Countdown(3)), list(zip(Countdown(2), Countdown(5))), tuple(Countdown(2)), set(Countdown(3)), max(Countdown(5)), [*Countdown(2)], dict(enumerate(Countdown(2))), ''.join(map(str, Countdown(3))), list(map(list, [Countdown(1), Countdown(2)])), min(Countdown(3), default='none'), min(Countdown(0), default='none'))
r = range(1, 20, 4); print(r, len(r), r[1], r[-1], r[1:3], 5 in r, 6 in r, r.index(9), r.count(9), list(reversed(r)), r == range(1, 21, 4), range(0) == range(5, 5), hash(r) == hash(range(1, 21, 4)), r.start, r.stop, r.step, range(5, 0, -2), list(range(5, 0, -2)), range(10)[::-1], bool(range(0)), range(2**70, 2**70 + 3)[1], len(range(0, 2**40, 3)), max(range(5)), 2**65 in range(2**66), range(3).__contains__(1.0), [*range(-3, 0)])
tries(lambda: range(1.0), lambda: range(1, 2, 0), lambda: range(5)[9], lambda: len(range(2**70)), lambda: range(3).index(7), lambda: range(), lambda: range(1, 2, 3, 4), lambda: range('a'), lambda: range(3) < range(4), lambda: range(3) + range(2))
