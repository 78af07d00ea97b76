# Library: signals, timers, select and sockets that hand over bytes.
import _signal as S
import _socket
import os
import select
import time

hits = []


def handler(number, frame):
    hits.append((number, frame.f_code.co_name))


def spin():
    end = time.monotonic() + 5
    while not hits and time.monotonic() < end:
        pass


print(S.signal(S.SIGALRM, handler), S.getsignal(S.SIGALRM) is handler)
S.setitimer(S.ITIMER_REAL, 0.02)
spin()
print(hits)
hits.clear()
S.setitimer(S.ITIMER_REAL, 0.02)
print(select.select([], [], [], 0.2), hits[0][0] == S.SIGALRM)


def angry(number, frame):
    raise ValueError("from the handler")


S.signal(S.SIGUSR1, angry)
try:
    os.kill(os.getpid(), S.SIGUSR1)
    print("not reached")
except ValueError as e:
    print(e)
try:
    S.raise_signal(S.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
S.pthread_sigmask(S.SIG_BLOCK, [S.SIGUSR1])
os.kill(os.getpid(), S.SIGUSR1)
print(S.sigpending() == {S.SIGUSR1}, S.sigwait([S.SIGUSR1]) == S.SIGUSR1)
S.pthread_sigmask(S.SIG_UNBLOCK, [S.SIGUSR1])
for call in (lambda: S.signal(0, 1), lambda: S.signal(2, 5), lambda: S.strsignal(0), lambda: S.setitimer(9, 1)):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e)

a, b = _socket.socketpair()
a.sendall(b"hello")
print(b.recv(3), b.recv(10))
poll = select.poll()
poll.register(b, select.POLLIN)
print(poll.poll(0))
a.send(b"x")
print(poll.poll() == [(b.fileno(), select.POLLIN)])
epoll = select.epoll()
epoll.register(b, select.EPOLLIN)
print(epoll.poll(1) == [(b.fileno(), select.EPOLLIN)])
print(b.recv(1))
b.settimeout(0.01)
try:
    b.recv(1)
except TimeoutError as e:
    print(e)
listener = _socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
client = _socket.socket()
client.connect(listener.getsockname())
fd, peer = listener._accept()
server = _socket.socket(fileno=fd)
print(peer == client.getsockname(), server.family, server.type)
client.sendall(b"y" * 5000)
client.shutdown(_socket.SHUT_WR)
got = b""
while chunk := server.recv(4096):
    got += chunk
print(len(got))
