# Library: multiprocessing under each start method, and executors of processes.
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor


def square(x):
    return x * x


def worker(queue, lock, n):
    with lock:
        queue.put((n, n * n))


def child(connection):
    connection.send(["from the child", os.getpid() != os.getppid()])
    connection.close()


def fail():
    raise SystemExit(3)


def main():
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        queue, lock = context.Queue(), context.Lock()
        workers = [context.Process(target=worker, args=(queue, lock, i)) for i in range(3)]
        for w in workers:
            w.start()
        print(method, sorted(queue.get() for _ in workers))
        for w in workers:
            w.join()
        print([w.exitcode for w in workers])
        here, there = context.Pipe()
        p = context.Process(target=child, args=(there,))
        p.start()
        print(here.recv())
        p.join()
        p = context.Process(target=fail)
        p.start()
        p.join()
        print(p.exitcode)
        with ProcessPoolExecutor(2, mp_context=context) as executor:
            print(list(executor.map(square, range(6))))
    lock = multiprocessing.get_context("fork").RLock()
    with lock:
        print(lock.acquire(), lock.release())
    try:
        lock.release()
    except AssertionError as e:
        print(e)
    semaphore = multiprocessing.get_context("fork").BoundedSemaphore(1)
    print(semaphore.acquire(), semaphore.acquire(timeout=0.01), semaphore.release())
    try:
        semaphore.release()
    except ValueError as e:
        print(e)


if __name__ == "__main__":
    main()
