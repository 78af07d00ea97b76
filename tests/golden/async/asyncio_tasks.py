# §8.9 asyncio tasks and futures: states, repr, cancellation and its counts, contexts, eager start, groups, timeouts, queues.
import asyncio
import contextvars
import gc
import re

variable = contextvars.ContextVar("variable", default="outside")


def show(label, value):
    print(label, re.sub(r"0x[0-9a-f]+|,? (defined|running|created) at [^ >]*", "", repr(value)))


async def futures():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    show("pending", future)
    print(future.done(), future.cancelled(), future._state, future._callbacks, future._asyncio_awaited_by)
    for ask in (future.result, future.exception):
        try:
            ask()
        except asyncio.InvalidStateError as e:
            print(type(e).__name__, e)
    order = []
    future.add_done_callback(lambda f: order.append(1))
    second = lambda f: order.append(2)
    future.add_done_callback(second)
    future.add_done_callback(second)
    print(future.remove_done_callback(second), future.remove_done_callback(second))
    future.set_result("value")
    print(order)
    await asyncio.sleep(0)
    print(order, future.result(), await future, future.exception())
    show("finished", future)
    try:
        future.set_result(2)
    except asyncio.InvalidStateError as e:
        print(e)
    failed = loop.create_future()
    failed.set_exception(ValueError("failed"))
    for _ in range(2):
        try:
            await failed
        except ValueError as e:
            frames = 0
            traceback = e.__traceback__
            while traceback:
                frames += 1
                traceback = traceback.tb_next
            print("ValueError", e, frames)
    stopped = loop.create_future()
    stopped.set_exception(StopIteration(3))
    try:
        await stopped
    except RuntimeError as e:
        print(e, repr(e.__cause__))
    cancelled = loop.create_future()
    print(cancelled.cancel("why"), cancelled.cancel(), cancelled._state)
    try:
        await cancelled
    except asyncio.CancelledError as e:
        print("CancelledError", e.args)
    for wrong in (lambda: loop.create_future().set_exception(3), lambda: asyncio.Task(3, loop=loop),
                  lambda: asyncio.Future.__new__(asyncio.Future).get_loop(),
                  lambda: setattr(future, "_log_traceback", True)):
        try:
            wrong()
        except (TypeError, RuntimeError, ValueError) as e:
            print(type(e).__name__, e)


async def cancellation():
    async def stubborn():
        for _ in range(2):
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError as e:
                print("refused", e.args, asyncio.current_task().cancelling())
                asyncio.current_task().uncancel()
        return "done anyway"

    task = asyncio.create_task(stubborn(), name="stubborn")
    for _ in range(2):
        await asyncio.sleep(0)
        print(task.cancel("please"), task.cancelling(), task._must_cancel)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    print(await task, task.get_name(), task.cancelling(), task.cancelled())

    task = asyncio.create_task(asyncio.sleep(10), name="early")
    print(task.cancel(), task._must_cancel, task.cancelling(), task.uncancel(), task._must_cancel)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelled(), task.done())
    show("early", task)

    inner = asyncio.create_task(asyncio.sleep(0, "kept"))
    outer = asyncio.shield(inner)
    outer.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        print("shielded", await inner)


async def steps():
    async def wrong(make):
        try:
            await make()
        except RuntimeError as e:
            print(re.sub(r"<.*>", "<>", str(e)))

    class Yields:
        def __init__(self, value):
            self.value = value

        def __await__(self):
            return (yield self.value)

    loop = asyncio.get_running_loop()
    for value in (3, (n for n in ()), loop.create_future(), None):
        await asyncio.create_task(wrong(lambda: Yields(value)))

    async def itself():
        await wrong(lambda: task)

    task = asyncio.create_task(itself())
    await task
    other = asyncio.new_event_loop()
    await asyncio.create_task(wrong(other.create_future))
    other.close()


async def contexts():
    async def child():
        before = variable.get()
        variable.set("child")
        await asyncio.sleep(0)
        return before, variable.get()

    variable.set("parent")
    print(await asyncio.create_task(child()), variable.get())
    own = contextvars.copy_context()
    task = asyncio.create_task(child(), context=own)
    print(await task, own[variable], task.get_context() is own)

    loop = asyncio.get_running_loop()
    order = []

    async def quick():
        order.append("quick")
        return asyncio.current_task().get_name()

    async def slow():
        order.append("slow")
        await asyncio.sleep(0)
        order.append("later")

    fast = asyncio.Task(quick(), loop=loop, name="eager", eager_start=True)
    print(fast.done(), fast.result(), fast.get_coro(), order)
    late = asyncio.Task(slow(), loop=loop, eager_start=True)
    print(late.done(), order, late in asyncio.all_tasks(), asyncio.current_task() is late)
    await late
    print(order)


async def groups():
    stopped = []

    async def work(n):
        await asyncio.sleep(0)
        if n == 3:
            raise ValueError(n)
        try:
            await asyncio.sleep(10 if n > 3 else 0)
        except asyncio.CancelledError:
            stopped.append(n)
            raise
        return n

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n)) for n in range(3)]
    print([t.result() for t in tasks])
    try:
        async with asyncio.TaskGroup() as group:
            for n in range(2, 6):
                group.create_task(work(n))
    except* ValueError as e:
        print(e.exceptions, sorted(stopped))
    print(await asyncio.gather(work(1), work(3), return_exceptions=True))
    done, pending = await asyncio.wait([asyncio.create_task(work(n)) for n in (0, 7)], return_when="FIRST_COMPLETED")
    print([t.result() for t in done], len(pending))
    for task in pending:
        task.cancel()
    await asyncio.wait(pending)
    print([await next_done for next_done in asyncio.as_completed([work(0)])])


async def timeouts():
    try:
        async with asyncio.timeout(0.01) as limit:
            await asyncio.sleep(10)
    except TimeoutError:
        print("timeout", limit.expired(), asyncio.current_task().cancelling())
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
    except TimeoutError as e:
        print("wait_for", type(e.__cause__).__name__)
    async with asyncio.timeout(None):
        print(await asyncio.wait_for(asyncio.sleep(0, "in time"), 5))


async def queues():
    queue = asyncio.Queue(2)
    seen = []

    async def worker(name):
        try:
            while True:
                seen.append((name, await queue.get()))
                queue.task_done()
        except asyncio.QueueShutDown:
            seen.append((name, "shut down"))

    async with asyncio.TaskGroup() as group:
        for name in "ab":
            group.create_task(worker(name))
        for n in range(6):
            await queue.put(n)
        await queue.join()
        queue.shutdown()
    print(sorted(n for _, n in seen if isinstance(n, int)), sum(n == "shut down" for _, n in seen))
    lock, order = asyncio.Lock(), []

    async def locked(n):
        async with lock:
            order.append(n)
            await asyncio.sleep(0)
            order.append(n)

    await asyncio.gather(*map(locked, range(3)))
    print(order)


async def reports():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print(sorted(context), context["message"]))
    future = loop.create_future()
    future.set_exception(KeyError("never asked for"))
    del future
    gc.collect()

    async def fails():
        raise LookupError

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

    async def for_ever():
        await loop.create_future()

    asyncio.create_task(for_ever())
    await asyncio.sleep(0)
    gc.collect()
    loop.set_exception_handler(None)


async def awaited():
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    async def waits():
        return await future

    tasks = [asyncio.create_task(waits(), name=f"waiter {n}") for n in range(2)]
    await asyncio.sleep(0)
    print(sorted(t.get_name() for t in future._asyncio_awaited_by), tasks[0]._fut_waiter is future)
    future.set_result(1)
    print(await asyncio.gather(*tasks), future._asyncio_awaited_by)
    print(len(asyncio.all_tasks()), asyncio.current_task() in asyncio.all_tasks())


async def main():
    for part in (futures, cancellation, steps, contexts, groups, timeouts, queues, reports, awaited):
        print("--", part.__name__)
        await part()


asyncio.run(main())
for function in (asyncio.get_running_loop, asyncio.current_task, asyncio.all_tasks):
    try:
        function()
    except RuntimeError as e:
        print(e)
