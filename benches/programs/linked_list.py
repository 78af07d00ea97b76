"""A doubly linked list of n nodes: built, reversed, merge-sorted and summed by pointer walks."""

DEFAULT, SHORT, CHECK = 800000, 180000, 100


class Node:
    __slots__ = ("value", "next", "previous")

    def __init__(self, value):
        self.value = value
        self.next = None
        self.previous = None


def build(n):
    seed = 42
    head = last = None
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        node = Node(seed >> 8)
        if last is None:
            head = node
        else:
            last.next = node
            node.previous = last
        last = node
    return head


def reverse(head):
    node = head
    while node is not None:
        head = node
        following = node.next
        node.next, node.previous = node.previous, following
        node = following
    return head


def split(head):
    slow = fast = head
    while fast.next is not None and fast.next.next is not None:
        slow = slow.next
        fast = fast.next.next
    second = slow.next
    slow.next = None
    second.previous = None
    return second


def merge(a, b):
    head = last = Node(None)
    while a is not None and b is not None:
        if a.value <= b.value:
            taken = a
            a = a.next
        else:
            taken = b
            b = b.next
        last.next = taken
        taken.previous = last
        last = taken
    rest = a if a is not None else b
    last.next = rest
    if rest is not None:
        rest.previous = last
    head = head.next
    head.previous = None
    return head


def sort(head):
    if head is None or head.next is None:
        return head
    second = split(head)
    return merge(sort(head), sort(second))


def run(n):
    head = sort(reverse(build(n)))
    total = index = 0
    node = head
    while node is not None:
        total = (total + index * node.value) % 1000000007
        index += 1
        node = node.next
    # Taken apart by hand, so that no cycle is left to the collector.
    node = head
    while node is not None:
        following = node.next
        node.next = node.previous = None
        node = following
    return index, head.value, total


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
