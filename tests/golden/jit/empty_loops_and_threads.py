"""Loops without anything in them that another thread ends, or that the end of the program does."""

import os
import threading
import time
import warnings


class Flag:
    done = False


def spin_on_attribute(flag):
    while not flag.done:
        pass


def spin_on_global():
    while not finished:
        pass


def spin():
    while True:
        pass


finished = False
flag = Flag()
threads = [
    threading.Thread(target=spin_on_attribute, args=(flag,)),
    threading.Thread(target=spin_on_global),
    threading.Thread(target=spin, daemon=True),
]
for thread in threads:
    thread.start()
time.sleep(0.05)
flag.done = True
finished = True
for thread in threads[:2]:
    thread.join()
print([thread.is_alive() for thread in threads])

warnings.simplefilter("ignore")  # of forks with threads
pid = os.fork()
if pid == 0:
    os._exit(10 + sum(thread.is_alive() for thread in threads))
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
