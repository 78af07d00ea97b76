def total(prices, rate):
    result = 0.0
    for price in prices:
        result += price * rate
    return result


print(total([1.5, 2.5, 4.0], 2.0))
