//! `socket`: making, connecting, options.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use taipan_host::socket as host;
use taipan_macros::pymethods;
use taipan_object::bytes_ops::arg::bytes_like_opt;
use taipan_object::object::alloc_instance;
use taipan_object::{Args, PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_stdlib_data::support::os_error;
use taipan_vm::threads::unlocked;

use super::address::{from_python, to_python};
use super::{Timeout, default_timeout, timeout_arg, timeout_value};

/// `socket`.
pub struct Socket {
    /// -1 when closed.
    pub fd: Cell<i32>,
    pub family: Cell<i32>,
    pub kind: Cell<i32>,
    pub protocol: Cell<i32>,
    pub timeout: Cell<Timeout>,
}
payload!(Socket);

/// Flags that a socket's type may carry.
const NONBLOCK: i32 = 0o4000;
const CLOEXEC: i32 = 0o2000000;

/// Until when a call may wait.
pub enum Wait {
    Forever,
    Never,
    Until(i128),
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.fd.get() >= 0 {
            let _ = taipan_host::fd::close(self.fd.get());
        }
    }
}

impl Socket {
    pub fn class(vm: &Vm) -> TypeRef {
        vm.add_native_type::<Socket>()
    }
    fn blank() -> Socket {
        Socket {
            fd: Cell::new(-1),
            family: Cell::new(0),
            kind: Cell::new(0),
            protocol: Cell::new(0),
            timeout: Cell::new(None),
        }
    }
    fn setup(&self, vm: &Vm, fd: i32, family: i32, kind: i32, protocol: i32) -> PyResult<()> {
        self.fd.set(fd);
        self.family.set(family);
        self.kind.set(kind & !(NONBLOCK | CLOEXEC));
        self.protocol.set(protocol);
        if kind & NONBLOCK != 0 {
            self.timeout.set(Some(Duration::ZERO));
        } else {
            self.timeout.set(default_timeout(vm).get());
            if self.timeout.get().is_some() {
                host::set_blocking(fd, false).map_err(|e| os_error(vm, &e))?;
            }
        }
        Ok(())
    }
    /// A socket for a descriptor.
    pub fn of_descriptor(vm: &Vm, fd: i32, family: i32, kind: i32, protocol: i32) -> Ref<Socket> {
        let socket = alloc_instance(vm, &Socket::class(vm), Socket::blank());
        if socket.setup(vm, fd, family, kind, protocol).is_err() {
            drop(vm.take_pending());
        }
        socket
    }
    pub fn wait(&self) -> Wait {
        match self.timeout.get() {
            None => Wait::Forever,
            Some(t) if t.is_zero() => Wait::Never,
            Some(t) => Wait::Until(taipan_host::time::monotonic_ns() + t.as_nanos() as i128),
        }
    }
    /// Waits until the socket can be read or written.
    pub fn ready(&self, vm: &Vm, write: bool, wait: &Wait) -> PyResult<()> {
        let Wait::Until(until) = wait else {
            return Ok(());
        };
        let events = if write { 4 } else { 1 };
        loop {
            let left = until - taipan_host::time::monotonic_ns();
            if left <= 0 {
                return Err(vm.raise_str(&vm.exc.timeout_error, "timed out"));
            }
            let left = Duration::from_nanos(left as u64);
            let wanted = [(self.fd.get(), events)];
            let ready = unlocked(vm, || taipan_host::ready::poll(&wanted, Some(left)));
            match ready {
                Ok(ready) if !ready.is_empty() => return Ok(()),
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                Err(e) => return Err(os_error(vm, &e)),
            }
        }
    }
    /// Makes a call that may have to wait.
    pub fn run<T: Send>(
        &self,
        vm: &Vm,
        write: bool,
        wait: &Wait,
        mut call: impl FnMut(i32) -> io::Result<T> + Send,
    ) -> PyResult<T> {
        loop {
            self.ready(vm, write, wait)?;
            let fd = self.fd.get();
            match unlocked(vm, || call(fd)) {
                Ok(value) => return Ok(value),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => (vm.hooks.get().poll)(vm)?,
                // Somebody else was faster.
                Err(e)
                    if e.kind() == io::ErrorKind::WouldBlock && matches!(wait, Wait::Until(_)) => {}
                Err(e) => return Err(os_error(vm, &e)),
            }
        }
    }
    /// Connects; the error, if there is one.
    fn connect_to(
        vm: &Vm,
        this: &Ref<Socket>,
        address: &Value,
        function: &str,
    ) -> PyResult<io::Result<()>> {
        let address = from_python(vm, address, this.family.get(), function)?;
        let wait = this.wait();
        let fd = this.fd.get();
        let result = unlocked(vm, || host::connect(fd, &address));
        let waits = match &result {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {
                (vm.hooks.get().poll)(vm)?;
                !matches!(wait, Wait::Never)
            }
            Err(e) => {
                e.raw_os_error() == Some(taipan_host::errno::EINPROGRESS)
                    && matches!(wait, Wait::Until(_))
            }
            Ok(()) => false,
        };
        if !waits {
            return Ok(result);
        }
        if matches!(wait, Wait::Forever) {
            taipan_stdlib_data::support::retry(vm, || taipan_host::ready::poll(&[(fd, 4)], None))?;
        }
        this.ready(vm, true, &wait)?;
        // SO_ERROR of SOL_SOCKET.
        let error = host::option(this.fd.get(), 1, 4, 4).map_err(|e| os_error(vm, &e))?;
        let errno = <[u8; 4]>::try_from(&*error).map_or(0, i32::from_ne_bytes);
        Ok(match errno {
            0 | taipan_host::errno::EISCONN => Ok(()),
            errno => Err(io::Error::from_raw_os_error(errno)),
        })
    }
}

/// An integer argument, or -1.
fn part(vm: &Vm, value: Option<&Value>) -> PyResult<i32> {
    match value {
        Some(value) => i32::try_from(vm.index_i64(value)?)
            .map_err(|_| vm.overflow_error("Python int too large to convert to C int")),
        None => Ok(-1),
    }
}

#[pymethods(
    name = "socket",
    module = "_socket",
    doc = "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nAn end of a connection.",
    signature = "",
    flags(BASETYPE),
    extra(crate::socket::transfer::TRANSFER, crate::socket::message::MESSAGE)
)]
impl Socket {
    #[pyslot]
    fn new(vm: &Vm, cls: &TypeRef, _: Args<'_>) -> PyResult {
        Ok(alloc_instance(vm, cls, Socket::blank()).into_value())
    }
    #[pyinit("(family=<unset>, type=<unset>, proto=<unset>, fileno=None)")]
    fn init(
        vm: &Vm,
        this: &Ref<Socket>,
        family: Option<&Value>,
        kind: Option<&Value>,
        proto: Option<&Value>,
        fileno: &Value,
    ) -> PyResult<()> {
        let (mut family, mut kind, mut proto) =
            (part(vm, family)?, part(vm, kind)?, part(vm, proto)?);
        if fileno.is_none() {
            family = if family == -1 {
                super::address::INET
            } else {
                family
            };
            kind = if kind == -1 { 1 } else { kind };
            proto = proto.max(0);
            let fd = host::open(family, kind, proto).map_err(|e| os_error(vm, &e))?;
            return this.setup(vm, fd, family, kind, proto);
        }
        if fileno.as_float().is_some() && fileno.as_int().is_none() {
            return Err(vm.type_error("integer argument expected, got float"));
        }
        let fd = part(vm, Some(fileno))?;
        if fd < 0 {
            return Err(vm.value_error("negative file descriptor"));
        }
        let address = match host::name(fd, false) {
            Ok(address) => address,
            Err(e)
                if family == -1
                    || e.raw_os_error() == Some(taipan_host::errno::EBADF)
                    || e.raw_os_error() == Some(taipan_host::errno::ENOTSOCK) =>
            {
                return Err(os_error(vm, &e));
            }
            Err(_) => host::Address::None,
        };
        // SO_DOMAIN, SO_TYPE and SO_PROTOCOL of SOL_SOCKET.
        let ask = |option: i32| {
            host::option(fd, 1, option, 4)
                .map(|b| <[u8; 4]>::try_from(&*b).map_or(0, i32::from_ne_bytes))
                .map_err(|e| os_error(vm, &e))
        };
        if family == -1 {
            family = match address {
                host::Address::V4(..) => super::address::INET,
                host::Address::V6(..) => super::address::INET6,
                host::Address::Unix(_) => super::address::UNIX,
                _ => ask(39)?,
            };
        }
        if kind == -1 {
            kind = ask(3)?;
        }
        if proto == -1 {
            proto = ask(38)?;
        }
        this.setup(vm, fd, family, kind, proto)
    }
    #[pyslot]
    fn repr(vm: &Vm, this: &Ref<Socket>) -> PyResult {
        let text = format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            this.fd.get(),
            this.family.get(),
            this.kind.get(),
            this.protocol.get()
        );
        Ok(vm.new_str(&text).into_value())
    }
    /// Warns of a socket that nobody closed, and closes it.
    #[pyslot(finalize)]
    fn finalize_slot(vm: &Vm, this: &Value) {
        let open = this.downcast::<Socket>().filter(|s| s.fd.get() >= 0);
        let Some(socket) = open else {
            return;
        };
        let warned = vm.repr(this).and_then(|text| {
            let message = format!("unclosed {text}");
            (vm.hooks.get().warn)(vm, &vm.exc.resource_warning, &message, 1)
        });
        if let Err(raised) = warned {
            let error = vm.take_exception(raised);
            if vm.is_instance_of(&error, &vm.exc.warning) {
                let message = "Exception ignored while finalizing socket";
                (vm.hooks.get().unraisable)(vm, error, message, Some(this));
            }
        }
        let fd = socket.fd.replace(-1);
        if fd >= 0 {
            let _ = taipan_host::fd::close(fd);
        }
    }
    /// The family of addresses.
    #[pygetset]
    fn family(this: &Ref<Socket>) -> i32 {
        this.family.get()
    }
    /// The type of the socket.
    #[pygetset(name = "type")]
    fn r#type(this: &Ref<Socket>) -> i32 {
        this.kind.get()
    }
    /// The protocol.
    #[pygetset]
    fn proto(this: &Ref<Socket>) -> i32 {
        this.protocol.get()
    }
    /// How many seconds calls wait; None: without limit.
    #[pygetset]
    fn timeout(vm: &Vm, this: &Ref<Socket>) -> Value {
        timeout_value(vm, this.timeout.get())
    }
    /// Accepts a connection: a descriptor, and the address of the other end.
    #[pymethod("(self, /)")]
    fn _accept(vm: &Vm, this: &Ref<Socket>) -> PyResult {
        let (fd, address) = this.run(vm, false, &this.wait(), host::accept)?;
        let address = match to_python(vm, &address) {
            Ok(address) => address,
            Err(e) => {
                let _ = taipan_host::fd::close(fd);
                return Err(e);
            }
        };
        Ok(vm.tuple_value([vm.new_int(fd.into()), address]))
    }
    /// Gives the socket an address.
    #[pymethod("(self, object, /)")]
    fn bind(vm: &Vm, this: &Ref<Socket>, object: &Value) -> PyResult<()> {
        let address = from_python(vm, object, this.family.get(), "bind")?;
        host::bind(this.fd.get(), &address).map_err(|e| os_error(vm, &e))
    }
    /// Connects to an address.
    #[pymethod("(self, object, /)")]
    fn connect(vm: &Vm, this: &Ref<Socket>, object: &Value) -> PyResult<()> {
        Socket::connect_to(vm, this, object, "connect")?.map_err(|e| os_error(vm, &e))
    }
    /// As connect(), but returns the error's number.
    #[pymethod("(self, object, /)")]
    fn connect_ex(vm: &Vm, this: &Ref<Socket>, object: &Value) -> PyResult<i32> {
        match Socket::connect_to(vm, this, object, "connect_ex") {
            Ok(result) => Ok(result.err().and_then(|e| e.raw_os_error()).unwrap_or(0)),
            Err(_) if vm.exception_is(&vm.exc.timeout_error) => {
                drop(vm.take_pending());
                Ok(taipan_host::errno::EWOULDBLOCK)
            }
            Err(e) => Err(e),
        }
    }
    /// Waits for connections; so many may queue.
    #[pymethod("(self, backlog=<unset>, /)")]
    fn listen(vm: &Vm, this: &Ref<Socket>, backlog: Option<i32>) -> PyResult<()> {
        host::listen(this.fd.get(), backlog.unwrap_or(128).max(0)).map_err(|e| os_error(vm, &e))
    }
    /// Closes the socket.
    #[pymethod("(self, /)")]
    fn close(vm: &Vm, this: &Ref<Socket>) -> PyResult<()> {
        let fd = this.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        match taipan_host::fd::close(fd) {
            // A connection that the other end has reset is closed too.
            Err(e) if e.raw_os_error() != Some(taipan_host::errno::ECONNRESET) => {
                Err(os_error(vm, &e))
            }
            _ => Ok(()),
        }
    }
    /// Gives up the descriptor without closing it.
    #[pymethod("(self, /)")]
    fn detach(this: &Ref<Socket>) -> i32 {
        this.fd.replace(-1)
    }
    /// The descriptor.
    #[pymethod("(self, /)")]
    fn fileno(this: &Ref<Socket>) -> i32 {
        this.fd.get()
    }
    /// The address of the other end.
    #[pymethod("(self, /)")]
    fn getpeername(vm: &Vm, this: &Ref<Socket>) -> PyResult {
        to_python(
            vm,
            &host::name(this.fd.get(), true).map_err(|e| os_error(vm, &e))?,
        )
    }
    /// The socket's own address.
    #[pymethod("(self, /)")]
    fn getsockname(vm: &Vm, this: &Ref<Socket>) -> PyResult {
        to_python(
            vm,
            &host::name(this.fd.get(), false).map_err(|e| os_error(vm, &e))?,
        )
    }
    /// Whether calls wait.
    #[pymethod("(self, /)")]
    fn getblocking(this: &Ref<Socket>) -> bool {
        !this.timeout.get().is_some_and(|t| t.is_zero())
    }
    /// How many seconds calls wait; None: without limit.
    #[pymethod("(self, /)")]
    fn gettimeout(vm: &Vm, this: &Ref<Socket>) -> Value {
        timeout_value(vm, this.timeout.get())
    }
    /// Sets how many seconds calls wait; None: without limit.
    #[pymethod("(self, object, /)")]
    fn settimeout(vm: &Vm, this: &Ref<Socket>, object: &Value) -> PyResult<()> {
        let timeout = timeout_arg(vm, object)?;
        this.timeout.set(timeout);
        host::set_blocking(this.fd.get(), timeout.is_none()).map_err(|e| os_error(vm, &e))
    }
    /// Sets whether calls wait.
    #[pymethod("(self, object, /)")]
    fn setblocking(vm: &Vm, this: &Ref<Socket>, object: bool) -> PyResult<()> {
        this.timeout.set((!object).then_some(Duration::ZERO));
        host::set_blocking(this.fd.get(), object).map_err(|e| os_error(vm, &e))
    }
    /// An option: an integer, or up to so many bytes.
    #[pymethod("(self, level, option, buffersize=0, /)")]
    fn getsockopt(
        vm: &Vm,
        this: &Ref<Socket>,
        level: i32,
        option: i32,
        buffersize: i32,
    ) -> PyResult {
        if buffersize == 0 {
            let bytes =
                host::option(this.fd.get(), level, option, 4).map_err(|e| os_error(vm, &e))?;
            let mut word = [0; 4];
            let known = bytes.len().min(4);
            word[..known].copy_from_slice(&bytes[..known]);
            return Ok(vm.new_int(i32::from_ne_bytes(word).into()));
        }
        if !(1..=1024).contains(&buffersize) {
            return Err(vm.raise_str(&vm.exc.os_error, "getsockopt buflen out of range"));
        }
        let bytes = host::option(this.fd.get(), level, option, buffersize as usize)
            .map_err(|e| os_error(vm, &e))?;
        Ok(vm.new_bytes(bytes).into_value())
    }
    /// Sets an option to an integer or bytes; or gives a length only.
    #[pymethod("(self, level, option, value, optlen=<unset>, /)")]
    fn setsockopt(
        vm: &Vm,
        this: &Ref<Socket>,
        level: i32,
        option: i32,
        value: &Value,
        optlen: Option<i64>,
    ) -> PyResult<()> {
        let fd = this.fd.get();
        let result = if let Some(len) = optlen {
            if !value.is_none() {
                return Err(vm.type_error("setsockopt() argument 3 must be None"));
            }
            host::set_option(fd, level, option, Err(len as u32))
        } else if value.as_int().is_some() {
            let n = i32::try_from(vm.index_i64(value)?)
                .map_err(|_| vm.overflow_error("Python int too large to convert to C int"))?;
            host::set_option(fd, level, option, Ok(&n.to_ne_bytes()))
        } else {
            match bytes_like_opt(vm, value)? {
                Some(bytes) => host::set_option(fd, level, option, Ok(&bytes)),
                None => {
                    return Err(vm.type_error(format!(
                        "a bytes-like object is required, not '{}'",
                        vm.type_name(value)
                    )));
                }
            }
        };
        result.map_err(|e| os_error(vm, &e))
    }
    /// Ends reading, writing or both.
    #[pymethod("(self, object, /)")]
    fn shutdown(vm: &Vm, this: &Ref<Socket>, object: i32) -> PyResult<()> {
        host::shutdown(this.fd.get(), object).map_err(|e| os_error(vm, &e))
    }
}
