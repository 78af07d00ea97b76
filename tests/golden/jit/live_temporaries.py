# Arguments that wait in temporaries while a loop inside the call's arguments is entered as machine code.
def check(rows):
    for n in range(rows):
        for flags in (0, 5, 2.5, True, None, 'a'):
            pair = (flags, n, [flags for t in 'abcd'], flags)
            if pair != (flags, n, [flags] * 4, flags): return pair
    return 'same'
print(check(200))
I = 5
for n in range(60):
    for flags in (0, I, 1.5):
        shown = str(flags) + '|' + ','.join([str(flags) for t in 'ab']) + '|' + str([i for i in range(3)])
        if n % 20 == 0: print(n, shown)
total = 0
for i in range(300):
    total += max(i, sum([j for j in range(4)]), min(i, *[k for k in (7, 8)]))
print(total)
