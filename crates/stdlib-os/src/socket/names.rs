//! Functions of `_socket` about names: hosts, services, protocols, interfaces.

use taipan_host::socket::{Address, Failure, Found, Query, resolve};
use taipan_object::{PyResult, Raised, Value, Vm};

use super::{host_error_class, resolver_error};

/// The entries of a host.
fn entries(vm: &Vm, host: &[u8], family: i32, flags: i32) -> PyResult<Vec<Found>> {
    let query = Query {
        host: Some(host),
        service: None,
        family,
        kind: 1,
        protocol: 0,
        flags,
    };
    resolve(&query).map_err(|f| resolver_error(vm, &f))
}

#[cold]
fn host_error(vm: &Vm) -> Raised {
    let args = [vm.new_int(1), vm.new_str("Unknown host").into_value()];
    match vm.call(host_error_class(vm).as_value(), &args) {
        Ok(error) => vm.raise(error),
        Err(raised) => raised,
    }
}

/// The text of an address alone.
fn ip_text(address: &Address) -> String {
    match address {
        Address::V4(ip, _) => std::net::Ipv4Addr::from(*ip).to_string(),
        Address::V6(ip, ..) => super::address::ipv6_text(ip),
        _ => String::new(),
    }
}

/// Name, other names, addresses.
fn host_entry(vm: &Vm, name: &[u8], addresses: &[String]) -> Value {
    let addresses = addresses
        .iter()
        .map(|a| vm.new_str(a).into_value())
        .collect();
    vm.tuple_value([
        taipan_vm::util::fs_to_text(vm, name),
        vm.list_value(Vec::new()),
        vm.list_value(addresses),
    ])
}

/// Functions.
#[taipan_macros::pymodule(partial, name = "_socket")]
pub mod functions {
    use taipan_object::bytes::Bytes;
    use taipan_object::str::Str;
    use taipan_object::tuple::Tuple;
    use taipan_object::{PyResult, Ref, Value, Vm};

    use super::{Failure, Query, entries, host_entry, host_error, ip_text, resolve};
    use crate::socket::address::{self, host_bytes, to_python};
    use crate::socket::resolver_error;
    use taipan_host::socket as host;
    use taipan_stdlib_data::support::os_error;

    /// Addresses for a host and a service.
    #[pyfunction("(host, port, family=0, type=0, proto=0, flags=0)")]
    fn getaddrinfo(
        vm: &Vm,
        host: &Value,
        port: &Value,
        family: i32,
        kind: i32,
        proto: i32,
        flags: i32,
    ) -> PyResult {
        let host = if host.is_none() {
            None
        } else if host.downcast::<Str>().is_some() || host.downcast::<Bytes>().is_some() {
            Some(host_bytes(vm, host)?)
        } else {
            return Err(vm.type_error("getaddrinfo() argument 1 must be string or None"));
        };
        let service = if port.is_none() {
            None
        } else if port.as_int().is_some() {
            Some(vm.str(port)?.to_string().into_bytes())
        } else if let Some(text) = port.downcast::<Str>() {
            Some(vm.encode_utf8(text)?)
        } else if let Some(bytes) = port.downcast::<Bytes>() {
            Some(bytes.data.to_vec())
        } else {
            return Err(vm.raise_str(&vm.exc.os_error, "Int or String expected"));
        };
        let query = Query {
            host: host.as_deref(),
            service: service.as_deref(),
            family,
            kind,
            protocol: proto,
            flags,
        };
        let found = taipan_vm::threads::unlocked(vm, || resolve(&query))
            .map_err(|f| resolver_error(vm, &f))?;
        let mut out = Vec::new();
        for found in found {
            out.push(vm.tuple_value([
                vm.new_int(found.family.into()),
                vm.new_int(found.kind.into()),
                vm.new_int(found.protocol.into()),
                taipan_vm::util::fs_to_text(vm, &found.canonical),
                to_python(vm, &found.address)?,
            ]));
        }
        Ok(vm.list_value(out))
    }
    /// Host and service of an address.
    #[pyfunction("(sockaddr, flags, /)")]
    fn getnameinfo(vm: &Vm, sockaddr: &Value, flags: i32) -> PyResult {
        let Some(parts) = sockaddr.downcast::<Tuple>() else {
            return Err(vm.type_error("getnameinfo() argument 1 must be a tuple"));
        };
        let parts = parts.items();
        if !(2..=4).contains(&parts.len()) {
            return Err(vm.type_error("getnameinfo(): illegal sockaddr argument"));
        }
        let host = host_bytes(vm, &parts[0])?;
        let port = vm.index_i64(&parts[1])?;
        let query = Query {
            host: Some(&host),
            service: Some(&port.to_string().into_bytes()),
            family: 0,
            kind: 2,
            protocol: 0,
            flags: 4,
        };
        let found = resolve(&query).map_err(|f| resolver_error(vm, &f))?;
        let Some(found) = found.into_iter().next() else {
            return Err(vm.raise_str(&vm.exc.os_error, "sockaddr resolved to multiple addresses"));
        };
        match host::name_of(&found.address, flags) {
            Ok((host, service)) => Ok(vm.tuple_value([
                taipan_vm::util::fs_to_text(vm, &host),
                taipan_vm::util::fs_to_text(vm, &service),
            ])),
            Err(failure) => Err(resolver_error(vm, &failure)),
        }
    }
    /// The IPv4 address of a host.
    #[pyfunction("(host, /)")]
    fn gethostbyname(vm: &Vm, host: &Value) -> PyResult<String> {
        let port = vm.tuple_value([host.clone(), vm.new_int(0)]);
        let found = address::from_python(vm, &port, address::INET, "gethostbyname")?;
        Ok(ip_text(&found))
    }
    /// Name, other names and IPv4 addresses of a host.
    #[pyfunction("(host, /)")]
    fn gethostbyname_ex(vm: &Vm, host: &Value) -> PyResult {
        let name = host_bytes(vm, host)?;
        let found = entries(vm, &name, address::INET, 2)?;
        let canonical = found
            .first()
            .map(|f| f.canonical.clone())
            .filter(|c| !c.is_empty())
            .unwrap_or(name);
        let addresses: Vec<String> = found.iter().map(|f| ip_text(&f.address)).collect();
        Ok(host_entry(vm, &canonical, &addresses))
    }
    /// Name, other names and addresses of the host at an address.
    #[pyfunction("(host, /)")]
    fn gethostbyaddr(vm: &Vm, host: &Value) -> PyResult {
        let name = host_bytes(vm, host)?;
        let found = entries(vm, &name, 0, 0)?;
        let Some(found) = found.first() else {
            return Err(host_error(vm));
        };
        // The name is required.
        match host::name_of(&found.address, 8) {
            Ok((name, _)) => Ok(host_entry(vm, &name, &[ip_text(&found.address)])),
            Err(Failure::System(e)) => Err(os_error(vm, &e)),
            Err(Failure::Resolver(_)) => Err(host_error(vm)),
        }
    }
    /// The name of this machine.
    #[pyfunction("()")]
    fn gethostname(vm: &Vm) -> PyResult {
        let name = host::host_name().map_err(|e| os_error(vm, &e))?;
        Ok(taipan_vm::util::fs_to_text(vm, &name))
    }
    /// The port of a service.
    #[pyfunction("(servicename, protocolname=<unset>, /)")]
    fn getservbyname(
        vm: &Vm,
        servicename: &Ref<Str>,
        protocolname: Option<&Ref<Str>>,
    ) -> PyResult<u32> {
        let name = vm.encode_utf8(servicename)?;
        let protocol = protocolname.map(|p| vm.encode_utf8(p)).transpose()?;
        match host::service_port(&name, protocol.as_deref()) {
            Some(port) => Ok(port.into()),
            None => Err(vm.raise_str(&vm.exc.os_error, "service/proto not found")),
        }
    }
    /// The service at a port.
    #[pyfunction("(port, protocolname=<unset>, /)")]
    fn getservbyport(vm: &Vm, port: i32, protocolname: Option<&Ref<Str>>) -> PyResult {
        let Ok(port) = u16::try_from(port) else {
            return Err(vm.overflow_error("getservbyport: port must be 0-65535."));
        };
        let protocol = protocolname.map(|p| vm.encode_utf8(p)).transpose()?;
        match host::service_name(port, protocol.as_deref()) {
            Some(name) => Ok(taipan_vm::util::fs_to_text(vm, &name)),
            None => Err(vm.raise_str(&vm.exc.os_error, "port/proto not found")),
        }
    }
    /// The number of a protocol.
    #[pyfunction("(name, /)")]
    fn getprotobyname(vm: &Vm, name: &Ref<Str>) -> PyResult<i32> {
        match host::protocol_number(&vm.encode_utf8(name)?) {
            Some(number) => Ok(number),
            None => Err(vm.raise_str(&vm.exc.os_error, "protocol not found")),
        }
    }
    /// All interfaces: pairs of number and name.
    #[pyfunction("()")]
    fn if_nameindex(vm: &Vm) -> Value {
        let pairs = host::interfaces().into_iter().map(|(index, name)| {
            vm.tuple_value([
                vm.new_int(index.into()),
                taipan_vm::util::fs_to_text(vm, &name),
            ])
        });
        vm.list_value(pairs.collect())
    }
    /// The number of an interface.
    #[pyfunction("(oname, /)")]
    fn if_nametoindex(vm: &Vm, oname: &Value) -> PyResult<u32> {
        let name = taipan_vm::util::fs_bytes(vm, oname)?;
        host::interface_index(&name).map_err(|e| os_error(vm, &e))
    }
    /// The name of an interface.
    #[pyfunction("(if_index, /)")]
    fn if_indextoname(vm: &Vm, if_index: &Value) -> PyResult {
        let index = taipan_stdlib_data::numbers::unsigned_long(vm, if_index)?;
        let index = u32::try_from(index)
            .map_err(|_| vm.overflow_error("Python int too large to convert to C unsigned int"))?;
        let name = host::interface_name(index).map_err(|e| os_error(vm, &e))?;
        Ok(taipan_vm::util::fs_to_text(vm, &name))
    }
}
