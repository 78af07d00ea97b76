# Library: os functions on descriptors, and messages with ancillary data.
import array
import os
import socket

r, w = os.pipe2(os.O_CLOEXEC)
print(os.writev(w, [b"abc", bytearray(b"def"), memoryview(b"ghi")]))
parts = [bytearray(4), bytearray(10)]
print(os.readv(r, parts), parts)
fd = os.memfd_create("name")
print(os.write(fd, b"0123456789"), os.pread(fd, 4, 3), os.pwrite(fd, b"XY", 5), os.pread(fd, 20, 0))
target = os.memfd_create("other")
print(os.copy_file_range(fd, target, 6, offset_src=2), os.pread(target, 20, 0))
print(os.sendfile(w, fd, 1, 3), os.read(r, 10))
event = os.eventfd(5, os.EFD_CLOEXEC)
os.eventfd_write(event, 37)
print(os.eventfd_read(event))
print(len(os.getrandom(12)), os.major(os.makedev(8, 3)), os.minor(os.makedev(8, 3)))
print(os.statvfs("/").f_namemax > 0, os.fstatvfs(fd)[0] > 0)
driver, program = os.openpty()
print(os.isatty(program), os.ttyname(program).startswith("/dev/"))
for wrong in (lambda: os.pread(fd, -1, 0), lambda: os.copy_file_range(fd, target, -1), lambda: os.readv(r, 5)):
    try:
        wrong()
    except (OSError, ValueError, TypeError) as e:
        print(type(e).__name__, e)

a, b = socket.socketpair()
fds = array.array("i", [r])
print(a.sendmsg([b"he", b"llo"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)]))
data, ancillary, flags, address = b.recvmsg(10, socket.CMSG_SPACE(fds.itemsize))
print(data, [(level, kind, len(d)) for level, kind, d in ancillary], flags)
passed = array.array("i", ancillary[0][2])[0]
os.write(w, b"through the passed descriptor")
print(os.read(passed, 100))
a.send(b"0123456789")
buffers = [bytearray(3), bytearray(4)]
print(b.recvmsg_into(buffers)[:3], buffers)
for wrong in (lambda: b.recvmsg(-1), lambda: a.sendmsg(1), lambda: a.sendmsg([b""], 1), lambda: b.recvmsg(1, -1)):
    try:
        wrong()
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
