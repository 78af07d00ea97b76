# §8.4 An uncaught RecursionError: repeated frames are folded.
import sys
sys.setrecursionlimit(120)
def down(n):
    return down(n + 1)
down(0)
