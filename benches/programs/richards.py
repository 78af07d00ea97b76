"""An operating system in small: tasks of several kinds pass packets under a scheduler (classes and dispatch)."""

DEFAULT, SHORT, CHECK = 230, 48, 1

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_PACKET, WORK_PACKET = range(2)
PAYLOAD = 4


class Packet:
    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.position = 0
        self.data = [0] * PAYLOAD

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """What every task shares: its state bits, its queue and the scheduler it belongs to."""

    def __init__(self, scheduler, ident, priority, queue):
        self.scheduler = scheduler
        self.ident = ident
        self.priority = priority
        self.queue = queue
        self.pending = queue is not None
        self.waiting = True
        self.held = False

    def blocked(self):
        return self.held or (self.waiting and not self.pending)

    def take(self):
        """The packet that wakes the task, if it was waiting for one."""
        if not (self.waiting and self.pending):
            return None
        packet = self.queue
        self.queue = packet.link
        self.pending = self.queue is not None
        self.waiting = False
        return packet

    def receive(self, packet, current):
        if self.queue is None:
            self.queue = packet
            self.pending = True
            packet.link = None
            if self.priority > current.priority:
                return self
        else:
            packet.append_to(self.queue)
        return current

    def wait(self):
        self.waiting = True
        return self

    def step(self, packet):
        raise NotImplementedError


class Idle(Task):
    def __init__(self, scheduler, rounds):
        super().__init__(scheduler, IDLE, 0, None)
        self.waiting = False
        self.bits = 1
        self.rounds = rounds

    def step(self, packet):
        self.rounds -= 1
        if self.rounds == 0:
            return self.scheduler.hold()
        if self.bits & 1 == 0:
            self.bits >>= 1
            return self.scheduler.release(DEVICE_A)
        self.bits = (self.bits >> 1) ^ 0xD008
        return self.scheduler.release(DEVICE_B)


class Worker(Task):
    def __init__(self, scheduler, queue):
        super().__init__(scheduler, WORKER, 1000, queue)
        self.target = HANDLER_A
        self.letter = 0

    def step(self, packet):
        if packet is None:
            return self.wait()
        self.target = HANDLER_B if self.target == HANDLER_A else HANDLER_A
        packet.owner = self.target
        packet.position = 0
        for index in range(PAYLOAD):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[index] = 64 + self.letter
        return self.scheduler.send(packet)


class Handler(Task):
    def __init__(self, scheduler, ident, priority, queue):
        super().__init__(scheduler, ident, priority, queue)
        self.work = None
        self.devices = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is not None:
            position = work.position
            if position >= PAYLOAD:
                self.work = work.link
                return self.scheduler.send(work)
            if self.devices is not None:
                device = self.devices
                self.devices = device.link
                device.position = work.data[position]
                work.position = position + 1
                return self.scheduler.send(device)
        return self.wait()


class Device(Task):
    def __init__(self, scheduler, ident, priority):
        super().__init__(scheduler, ident, priority, None)
        self.saved = None

    def step(self, packet):
        if packet is None:
            if self.saved is None:
                return self.wait()
            packet = self.saved
            self.saved = None
            return self.scheduler.send(packet)
        self.saved = packet
        return self.scheduler.hold()


class Scheduler:
    def __init__(self, rounds):
        self.sent = 0
        self.holds = 0
        self.current = None
        work = Packet(Packet(None, WORKER, WORK_PACKET), WORKER, WORK_PACKET)
        self.tasks = [
            Idle(self, rounds),
            Worker(self, work),
            Handler(self, HANDLER_A, 2000, self.device_packets(DEVICE_A)),
            Handler(self, HANDLER_B, 3000, self.device_packets(DEVICE_B)),
            Device(self, DEVICE_A, 4000),
            Device(self, DEVICE_B, 5000),
        ]
        self.order = sorted(self.tasks, key=lambda task: -task.priority)

    def device_packets(self, owner):
        queue = None
        for _ in range(3):
            queue = Packet(queue, owner, DEVICE_PACKET)
        return queue

    def after(self, task):
        """The next task in priority order, or None after the last."""
        index = self.order.index(task) + 1
        return self.order[index] if index < len(self.order) else None

    def send(self, packet):
        target = self.tasks[packet.owner]
        self.sent += 1
        packet.link = None
        packet.owner = self.current.ident
        return target.receive(packet, self.current)

    def hold(self):
        self.holds += 1
        self.current.held = True
        return self.after(self.current)

    def release(self, ident):
        task = self.tasks[ident]
        task.held = False
        return task if task.priority > self.current.priority else self.current

    def loop(self):
        task = self.order[0]
        while task is not None:
            if task.blocked():
                task = self.after(task)
                continue
            self.current = task
            task = task.step(task.take())


def run(n):
    result = None
    for _ in range(n):
        scheduler = Scheduler(2500)
        scheduler.loop()
        result = scheduler.sent, scheduler.holds
    return result


def main():
    import sys

    mode = sys.argv[1] if len(sys.argv) > 1 else "check"
    if mode == "check":
        print(run(CHECK))
    elif mode == "once":
        print(run(DEFAULT))
    elif mode == "best":
        import time

        for _ in range(int(sys.argv[2])):
            start = time.perf_counter()
            run(SHORT)
            print(time.perf_counter() - start)
    else:
        raise SystemExit("usage: check | once | best K")


if __name__ == "__main__":
    main()
