# §10.1 SystemExit with an integer becomes the exit code.
import sys
print('about to exit')
try:
    try: sys.exit(300 - 258)
    except Exception: print('not an Exception')
finally:
    print('done')
