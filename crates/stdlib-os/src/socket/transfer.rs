//! Sending and receiving.

use taipan_host::socket as host;
use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::{BytesArg, bytes_like};
use taipan_object::{PyResult, Ref, Value, Vm};

use super::address::{from_python, to_python};
use super::class::Socket;

/// How many bytes to receive.
fn size_arg(vm: &Vm, size: isize, function: &str) -> PyResult<usize> {
    usize::try_from(size).map_err(|_| vm.value_error(format!("negative buffersize in {function}")))
}

pub(super) fn room(vm: &Vm, size: usize) -> PyResult<Vec<u8>> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(size).is_err() {
        return Err(vm.memory_error());
    }
    buffer.resize(size, 0);
    Ok(buffer)
}

/// Puts received bytes into a buffer of Python.
pub(super) fn store(vm: &Vm, target: &Value, bytes: &[u8]) -> PyResult<()> {
    taipan_vm::util::with_writable(vm, target, |target| {
        let n = bytes.len().min(target.len());
        target[..n].copy_from_slice(&bytes[..n]);
    })
}

/// How many bytes go into a buffer.
fn target_size(vm: &Vm, buffer: &Value, nbytes: isize, function: &str) -> PyResult<usize> {
    let len = taipan_vm::util::with_writable(vm, buffer, |b| b.len());
    let Some(len) = vm.ignore(len, &vm.exc.type_error)? else {
        return Err(taipan_object::native::bad_argument(
            vm,
            buffer,
            function,
            "argument 1",
            "read-write bytes-like object",
        ));
    };
    if nbytes < 0 {
        return Err(vm.value_error(format!("negative buffersize in {function}")));
    }
    let wanted = nbytes as usize;
    if wanted > len {
        return Err(vm.value_error("buffer too small for requested bytes"));
    }
    Ok(if wanted == 0 { len } else { wanted })
}

#[pymethods(partial = TRANSFER, class = "socket")]
impl Socket {
    /// Receives up to so many bytes.
    #[pymethod("(self, buffersize, flags=0, /)")]
    fn recv(vm: &Vm, this: &Ref<Socket>, buffersize: isize, flags: i32) -> PyResult<Ref<Bytes>> {
        let mut buffer = room(vm, size_arg(vm, buffersize, "recv")?)?;
        if buffer.is_empty() {
            return Ok(vm.new_bytes([]));
        }
        let n = this.run(vm, false, &this.wait(), |fd| {
            host::receive(fd, &mut buffer, flags)
        })?;
        buffer.truncate(n);
        Ok(vm.new_bytes(buffer))
    }
    /// Receives bytes into a buffer.
    #[pymethod("(self, buffer, nbytes=0, flags=0)")]
    fn recv_into(
        vm: &Vm,
        this: &Ref<Socket>,
        buffer: &Value,
        nbytes: isize,
        flags: i32,
    ) -> PyResult<usize> {
        let mut bytes = room(vm, target_size(vm, buffer, nbytes, "recv_into")?)?;
        if bytes.is_empty() {
            return Ok(0);
        }
        let n = this.run(vm, false, &this.wait(), |fd| {
            host::receive(fd, &mut bytes, flags)
        })?;
        store(vm, buffer, &bytes[..n])?;
        Ok(n)
    }
    /// Receives up to so many bytes, and the address of the sender.
    #[pymethod("(self, buffersize, flags=0, /)")]
    fn recvfrom(vm: &Vm, this: &Ref<Socket>, buffersize: isize, flags: i32) -> PyResult {
        let mut buffer = room(vm, size_arg(vm, buffersize, "recvfrom")?)?;
        let (n, from) = this.run(vm, false, &this.wait(), |fd| {
            host::receive_from(fd, &mut buffer, flags)
        })?;
        buffer.truncate(n);
        Ok(vm.tuple_value([vm.new_bytes(buffer).into_value(), to_python(vm, &from)?]))
    }
    /// Receives bytes into a buffer: how many, and the address of the sender.
    #[pymethod("(self, buffer, nbytes=0, flags=0)")]
    fn recvfrom_into(
        vm: &Vm,
        this: &Ref<Socket>,
        buffer: &Value,
        nbytes: isize,
        flags: i32,
    ) -> PyResult {
        let mut bytes = room(vm, target_size(vm, buffer, nbytes, "recvfrom_into")?)?;
        let (n, from) = this.run(vm, false, &this.wait(), |fd| {
            host::receive_from(fd, &mut bytes, flags)
        })?;
        store(vm, buffer, &bytes[..n])?;
        Ok(vm.tuple_value([vm.new_int(n as i64), to_python(vm, &from)?]))
    }
    /// Sends bytes; how many were taken.
    #[pymethod("(self, data, flags=0, /)")]
    fn send(vm: &Vm, this: &Ref<Socket>, data: BytesArg<'_>, flags: i32) -> PyResult<usize> {
        let bytes = &*data;
        this.run(vm, true, &this.wait(), |fd| host::send(fd, bytes, flags))
    }
    /// Sends all bytes.
    #[pymethod("(self, data, flags=0, /)")]
    fn sendall(vm: &Vm, this: &Ref<Socket>, data: BytesArg<'_>, flags: i32) -> PyResult<()> {
        let wait = this.wait();
        let mut rest = &*data;
        while !rest.is_empty() {
            let n = this.run(vm, true, &wait, |fd| host::send(fd, rest, flags))?;
            rest = &rest[n.min(rest.len())..];
            (vm.hooks.get().poll)(vm)?;
        }
        Ok(())
    }
    /// Sends bytes to an address: sendto(data[, flags], address).
    #[pymethod("(self, *args)")]
    fn sendto(vm: &Vm, this: &Ref<Socket>, args: &[Value]) -> PyResult<usize> {
        let (data, flags, address) = match args {
            [data, address] => (data, 0, address),
            [data, flags, address] => (data, vm.index_i64(flags)? as i32, address),
            more => {
                return Err(vm.type_error(format!(
                    "sendto() takes 2 or 3 arguments ({} given)",
                    more.len()
                )));
            }
        };
        let data = bytes_like(vm, data)?;
        let bytes = &*data;
        let to = from_python(vm, address, this.family.get(), "sendto")?;
        this.run(vm, true, &this.wait(), |fd| {
            host::send_to(fd, bytes, flags, &to)
        })
    }
}
