# §2.1 Line structure: joining, indentation, blank lines, comments, semicolons.
if True:
	print('tab indented')
if 1 > 0 and \
   2 > 1 and \
      3 > 2:
  print('two spaces')
  if True:
         print('deeper')
  print('back')

total = (1 +   # comments inside parentheses
         2 +

         3)
print(total); print('semicolon'); x = 1; y = 2;
print(x, y)
values = [
    1, 2,
    3,  # trailing comma
]
print(values)
# a comment at column 0
   # an indented comment does not matter
def f():  # after the colon

    # before the body
    return 'body'

    # after the body
print(f())
class C: a = 1; b = 2
print(C.a, C.b)
if x: print('inline'); print('two')
else: print('never')
for i in range(2): print(i, end=' '); print('!')
while x < 3: x += 1
print(x)
try: 1 / 0
except ZeroDivisionError: print('caught')
finally: print('finally')
with_backslash = 'a' \
    'b'
print(with_backslash)
d = {'k':
     'v', 'l': [1,
   2]}
print(d)
lambda_ = lambda \
    x: x + 1
print(lambda_(1))
print("last line without newline at the end")
pass;
