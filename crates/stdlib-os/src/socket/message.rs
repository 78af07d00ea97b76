//! `sendmsg`, `recvmsg` and `recvmsg_into`: messages with ancillary data.

use taipan_host::socket as host;
use taipan_macros::pymethods;
use taipan_object::bytes_ops::arg::bytes_like;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use super::address::{from_python, to_python};
use super::class::Socket;
use super::transfer::{room, store};

/// Bytes in front of each item of ancillary data: its length, level and type.
pub const ITEM_HEADER: usize = 16;
/// The most bytes of ancillary data (a length of the system's type).
const MOST: usize = i32::MAX as usize;

/// Items start at multiples of eight bytes.
fn padded(len: usize) -> usize {
    len.next_multiple_of(8)
}

/// Items of ancillary data `(level, type, data)` in the system's form.
fn encode(vm: &Vm, items: &Value) -> PyResult<Vec<u8>> {
    let Some(items) = vm.ignore(vm.collect(items), &vm.exc.type_error)? else {
        return Err(vm.type_error("sendmsg() argument 2 must be an iterable"));
    };
    let mut control = Vec::new();
    for item in items {
        let parts = item.downcast::<Tuple>().map(|t| t.items().to_vec());
        let Some([level, kind, data]) = parts.as_deref() else {
            return Err(vm.type_error("[sendmsg() ancillary data items] must be a 3-item tuple"));
        };
        let (level, kind) = (int(vm, level)?, int(vm, kind)?);
        let data = bytes_like(vm, data)?;
        if data.len() > MOST - ITEM_HEADER {
            return Err(os_error(vm, "ancillary data item too large"));
        }
        if control.len() + ITEM_HEADER + padded(data.len()) > MOST {
            return Err(os_error(vm, "too much ancillary data"));
        }
        control.extend_from_slice(&(ITEM_HEADER + data.len()).to_ne_bytes());
        control.extend_from_slice(&level.to_ne_bytes());
        control.extend_from_slice(&kind.to_ne_bytes());
        control.extend_from_slice(&data);
        control.resize(padded(control.len()), 0);
    }
    Ok(control)
}

fn os_error(vm: &Vm, text: &str) -> Raised {
    vm.raise_str(&vm.exc.os_error, text)
}

fn int(vm: &Vm, value: &Value) -> PyResult<i32> {
    let n = vm.index_i64(value)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("signed integer is greater than maximum"))
}

/// The items of ancillary data in the system's form.
fn decode(vm: &Vm, control: &[u8]) -> PyResult {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(header) = control.get(at..at + ITEM_HEADER) {
        let word = |at: usize| {
            i32::from_ne_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let mut length = [0; 8];
        length.copy_from_slice(&header[..8]);
        let length = usize::from_ne_bytes(length);
        if length < ITEM_HEADER {
            break;
        }
        let end = at.saturating_add(length).min(control.len());
        let data = vm
            .new_bytes(control[at + ITEM_HEADER..end].to_vec())
            .into_value();
        let (level, kind) = (vm.new_int(word(8).into()), vm.new_int(word(12).into()));
        items.push(vm.tuple_value([level, kind, data]));
        if end < at.saturating_add(length) {
            taipan_vm::warnings::warn(
                vm,
                &vm.exc.runtime_warning,
                "received malformed or improperly-truncated ancillary data",
                1,
            )?;
            break;
        }
        at = padded(end);
    }
    Ok(vm.list_value(items))
}

/// Receives one message; the results but the data.
fn receive(
    vm: &Vm,
    socket: &Ref<Socket>,
    data: &mut [u8],
    ancillary: isize,
    flags: i32,
) -> PyResult<(usize, [Value; 3])> {
    let wanted = usize::try_from(ancillary).ok().filter(|&n| n <= MOST);
    let Some(wanted) = wanted else {
        return Err(vm.value_error("invalid ancillary data buffer length"));
    };
    let mut control = room(vm, wanted)?;
    let message = socket.run(vm, false, &socket.wait(), |fd| {
        host::receive_message(fd, data, &mut control, flags)
    })?;
    let items = decode(vm, &control[..message.control_len])?;
    let (flags, from) = (
        vm.new_int(message.flags.into()),
        to_python(vm, &message.from)?,
    );
    Ok((message.len, [items, flags, from]))
}

#[pymethods(partial = MESSAGE, class = "socket")]
impl Socket {
    /// Sends bytes of several buffers, with ancillary data.
    #[pymethod("(self, buffers, ancdata=(), flags=0, address=None, /)")]
    fn sendmsg(
        vm: &Vm,
        this: &Ref<Socket>,
        buffers: &Value,
        ancdata: &Value,
        flags: i32,
        address: &Value,
    ) -> PyResult<usize> {
        let Some(buffers) = vm.ignore(vm.collect(buffers), &vm.exc.type_error)? else {
            return Err(vm.type_error("sendmsg() argument 1 must be an iterable"));
        };
        let mut data = Vec::new();
        for buffer in buffers {
            data.extend_from_slice(&bytes_like(vm, &buffer)?);
        }
        let control = encode(vm, ancdata)?;
        let to = match address.is_none() {
            true => None,
            false => Some(from_python(vm, address, this.family.get(), "sendmsg")?),
        };
        this.run(vm, true, &this.wait(), |fd| {
            host::send_message(fd, &data, &control, flags, to.as_ref())
        })
    }
    /// Receives bytes with ancillary data: data, items, flags, address.
    #[pymethod("(self, bufsize, ancbufsize=0, flags=0, /)")]
    fn recvmsg(
        vm: &Vm,
        this: &Ref<Socket>,
        bufsize: isize,
        ancbufsize: isize,
        flags: i32,
    ) -> PyResult {
        let Ok(size) = usize::try_from(bufsize) else {
            return Err(vm.value_error("negative buffer size in recvmsg()"));
        };
        let mut data = room(vm, size)?;
        let (len, [items, flags, from]) = receive(vm, this, &mut data, ancbufsize, flags)?;
        data.truncate(len);
        Ok(vm.tuple_value([vm.new_bytes(data).into_value(), items, flags, from]))
    }
    /// Receives bytes into several buffers: how many, items of ancillary data, flags, address.
    #[pymethod("(self, buffers, ancbufsize=0, flags=0, /)")]
    fn recvmsg_into(
        vm: &Vm,
        this: &Ref<Socket>,
        buffers: &Value,
        ancbufsize: isize,
        flags: i32,
    ) -> PyResult {
        let Some(buffers) = vm.ignore(vm.collect(buffers), &vm.exc.type_error)? else {
            return Err(vm.type_error("recvmsg_into() argument 1 must be an iterable"));
        };
        let mut sizes = Vec::new();
        for buffer in &buffers {
            let size = taipan_vm::util::with_writable(vm, buffer, |b| b.len());
            let Some(size) = vm.ignore(size, &vm.exc.type_error)? else {
                return Err(vm.type_error(format!(
                    "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers, not {}",
                    vm.type_of(buffer).display_name()
                )));
            };
            sizes.push(size);
        }
        let mut data = room(vm, sizes.iter().sum())?;
        let (len, [items, flags, from]) = receive(vm, this, &mut data, ancbufsize, flags)?;
        let mut rest = &data[..len];
        for (buffer, size) in buffers.iter().zip(sizes) {
            let (part, after) = rest.split_at(size.min(rest.len()));
            store(vm, buffer, part)?;
            rest = after;
        }
        Ok(vm.tuple_value([vm.new_int(len as i64), items, flags, from]))
    }
}
