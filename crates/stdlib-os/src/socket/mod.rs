//! The module `_socket`.

mod address;
mod class;
mod constants;
mod message;
mod names;
mod transfer;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use taipan_macros::pymodule;
use taipan_object::{PyResult, Raised, TypeRef, Value, Vm};

use taipan_host::socket::Failure;
use taipan_stdlib_data::support::{exception, once, os_error, seconds};

pub use class::{Socket, Wait};
pub use module::MODULE;

/// How long a socket's calls wait: without limit if `None`.
type Timeout = Option<Duration>;

/// The timeout of new sockets.
fn default_timeout(vm: &Vm) -> Rc<Cell<Timeout>> {
    once(vm, "socket.timeout", || Rc::new(Cell::new(None)))
}

/// A timeout argument.
fn timeout_arg(vm: &Vm, value: &Value) -> PyResult<Timeout> {
    if value.is_none() {
        return Ok(None);
    }
    let time = seconds(vm, value)?;
    if time < 0.0 {
        return Err(vm.value_error("Timeout value out of range"));
    }
    Duration::try_from_secs_f64(time)
        .map(Some)
        .map_err(|_| vm.overflow_error("timeout doesn't fit into C timeval"))
}

fn timeout_value(vm: &Vm, timeout: Timeout) -> Value {
    timeout.map_or(Value::NONE, |t| vm.new_float(t.as_secs_f64()))
}

fn resolver_error_class(vm: &Vm) -> TypeRef {
    exception(vm, "socket.gaierror", &vm.exc.os_error)
}
fn host_error_class(vm: &Vm) -> TypeRef {
    exception(vm, "socket.herror", &vm.exc.os_error)
}

/// The error of a look-up.
#[cold]
fn resolver_error(vm: &Vm, failure: &Failure) -> Raised {
    match failure {
        Failure::System(e) => os_error(vm, e),
        Failure::Resolver(code) => {
            let text = taipan_host::socket::failure_text(*code);
            let args = [vm.new_int((*code).into()), vm.new_str(&text).into_value()];
            match vm.call(resolver_error_class(vm).as_value(), &args) {
                Ok(error) => vm.raise(error),
                Err(raised) => raised,
            }
        }
    }
}

/// Functions, classes and constants.
#[pymodule(
    name = "_socket",
    doc = "Sockets of the system.",
    extra(super::names::functions)
)]
#[allow(non_upper_case_globals, non_snake_case)]
pub mod module {
    use taipan_object::bytes::Bytes;
    use taipan_object::bytes_ops::arg::BytesArg;
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::class::Socket;
    use super::constants::CONSTANTS;
    use super::{
        default_timeout, host_error_class, resolver_error_class, timeout_arg, timeout_value,
    };
    use taipan_stdlib_data::support::{add_constants, os_error, set_module_attr};

    #[pyattr]
    const has_ipv6: bool = true;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        add_constants(vm, module, CONSTANTS);
        let class = Socket::class(vm);
        set_module_attr(vm, module, "socket", class.to_value())?;
        set_module_attr(vm, module, "SocketType", class.into_value())?;
        set_module_attr(vm, module, "error", vm.exc.os_error.to_value())?;
        set_module_attr(vm, module, "timeout", vm.exc.timeout_error.to_value())?;
        set_module_attr(
            vm,
            module,
            "gaierror",
            resolver_error_class(vm).into_value(),
        )?;
        set_module_attr(vm, module, "herror", host_error_class(vm).into_value())
    }

    /// Closes a descriptor.
    #[pyfunction("(object, /)")]
    fn close(vm: &Vm, object: i32) -> PyResult<()> {
        taipan_host::fd::close(object).map_err(|e| os_error(vm, &e))
    }
    /// A second descriptor for a socket.
    #[pyfunction("(object, /)")]
    fn dup(vm: &Vm, object: i32) -> PyResult<i32> {
        taipan_host::fd::dup(object).map_err(|e| os_error(vm, &e))
    }
    /// Two sockets that are connected.
    #[pyfunction("(family=1, type=1, proto=0, /)")]
    fn socketpair(vm: &Vm, family: i32, kind: i32, proto: i32) -> PyResult {
        let (a, b) =
            taipan_host::socket::pair(family, kind, proto).map_err(|e| os_error(vm, &e))?;
        let make = |fd| Socket::of_descriptor(vm, fd, family, kind, proto).into_value();
        Ok(vm.tuple_value([make(a), make(b)]))
    }
    fn in_range(vm: &Vm, value: &Value, most: i64) -> PyResult<u32> {
        let index = vm.index(value)?;
        let n = index.as_i64().unwrap_or(i64::MAX);
        if n < 0 {
            return Err(vm.value_error("Cannot convert negative int"));
        }
        if n > most {
            let bits = if most > 0xFFFF { 32 } else { 16 };
            return Err(vm.overflow_error(format!("Python int too large for C uint{bits}_t")));
        }
        Ok(n as u32)
    }
    /// A 16-bit number from the network's byte order.
    #[pyfunction("(integer, /)")]
    fn ntohs(vm: &Vm, integer: &Value) -> PyResult<u32> {
        Ok(u16::from_be(in_range(vm, integer, 0xFFFF)? as u16).into())
    }
    /// A 16-bit number in the network's byte order.
    #[pyfunction("(integer, /)")]
    fn htons(vm: &Vm, integer: &Value) -> PyResult<u32> {
        Ok((in_range(vm, integer, 0xFFFF)? as u16).to_be().into())
    }
    /// A 32-bit number from the network's byte order.
    #[pyfunction("(integer, /)")]
    fn ntohl(vm: &Vm, integer: &Value) -> PyResult<u32> {
        Ok(u32::from_be(in_range(vm, integer, 0xFFFF_FFFF)?))
    }
    /// A 32-bit number in the network's byte order.
    #[pyfunction("(integer, /)")]
    fn htonl(vm: &Vm, integer: &Value) -> PyResult<u32> {
        Ok(in_range(vm, integer, 0xFFFF_FFFF)?.to_be())
    }
    /// The four bytes of an address that is written with dots.
    #[pyfunction("(ip_addr, /)")]
    fn inet_aton(vm: &Vm, ip_addr: &Value) -> PyResult<Ref<Bytes>> {
        let Some(text) = ip_addr.downcast::<taipan_object::str::Str>() else {
            return Err(taipan_object::native::bad_argument(
                vm,
                ip_addr,
                "inet_aton",
                "argument",
                "str",
            ));
        };
        match super::address::loose_ipv4(&text.to_string()) {
            Some(ip) => Ok(vm.new_bytes(ip)),
            None => Err(vm.raise_str(
                &vm.exc.os_error,
                "illegal IP address string passed to inet_aton",
            )),
        }
    }
    /// An address of four bytes, written with dots.
    #[pyfunction("(packed_ip, /)")]
    fn inet_ntoa(vm: &Vm, packed_ip: BytesArg<'_>) -> PyResult<String> {
        match <[u8; 4]>::try_from(&*packed_ip) {
            Ok(ip) => Ok(std::net::Ipv4Addr::from(ip).to_string()),
            Err(_) => Err(vm.raise_str(&vm.exc.os_error, "packed IP wrong length for inet_ntoa")),
        }
    }
    /// The bytes of an address that is written as text.
    #[pyfunction("(address_family, ip_string, /)")]
    fn inet_pton(vm: &Vm, address_family: i32, ip_string: &Value) -> PyResult<Ref<Bytes>> {
        let text = vm.str(ip_string)?.to_string();
        let bytes = match address_family {
            2 => text
                .parse::<std::net::Ipv4Addr>()
                .ok()
                .map(|a| a.octets().to_vec()),
            10 => text
                .parse::<std::net::Ipv6Addr>()
                .ok()
                .map(|a| a.octets().to_vec()),
            _ => {
                return Err(taipan_vm::os_error::raise_errno(
                    vm,
                    taipan_host::errno::EAFNOSUPPORT,
                    None,
                ));
            }
        };
        bytes.map(|b| vm.new_bytes(b)).ok_or_else(|| {
            vm.raise_str(
                &vm.exc.os_error,
                "illegal IP address string passed to inet_pton",
            )
        })
    }
    /// The text of an address.
    #[pyfunction("(address_family, packed_ip, /)")]
    fn inet_ntop(vm: &Vm, address_family: i32, packed_ip: BytesArg<'_>) -> PyResult<String> {
        let wrong = || vm.value_error("invalid length of packed IP address string");
        match address_family {
            2 => <[u8; 4]>::try_from(&*packed_ip)
                .map(|ip| std::net::Ipv4Addr::from(ip).to_string())
                .map_err(|_| wrong()),
            10 => <[u8; 16]>::try_from(&*packed_ip)
                .map(|ip| super::address::ipv6_text(&ip))
                .map_err(|_| wrong()),
            n => Err(vm.value_error(format!("unknown address family {n}"))),
        }
    }
    /// The timeout of new sockets.
    #[pyfunction("()")]
    fn getdefaulttimeout(vm: &Vm) -> Value {
        timeout_value(vm, default_timeout(vm).get())
    }
    /// Sets the timeout of new sockets.
    #[pyfunction("(object, /)")]
    fn setdefaulttimeout(vm: &Vm, object: &Value) -> PyResult<()> {
        default_timeout(vm).set(timeout_arg(vm, object)?);
        Ok(())
    }
    /// Bytes that a piece of ancillary data takes, without padding at its end.
    #[pyfunction("(length, /)")]
    fn CMSG_LEN(vm: &Vm, length: isize) -> PyResult<isize> {
        match length {
            0..=0x7FFF_FFE0 => Ok(length + 16),
            _ => Err(vm.overflow_error("CMSG_LEN() argument out of range")),
        }
    }
    /// Bytes that a piece of ancillary data takes.
    #[pyfunction("(length, /)")]
    fn CMSG_SPACE(vm: &Vm, length: isize) -> PyResult<isize> {
        match length {
            0..=0x7FFF_FFE0 => Ok((length + 7) / 8 * 8 + 16),
            _ => Err(vm.overflow_error("CMSG_SPACE() argument out of range")),
        }
    }
}
