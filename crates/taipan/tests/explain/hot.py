def square_sum(limit):
    total = 0
    for n in range(limit):
        total += n * n
    return total


def shrink(x):
    return x * 0.5


for i in range(300):
    shrink(float(i))
shrink("ab" and 3)
print(square_sum(2000))
