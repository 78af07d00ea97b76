//! Addresses between Python and the system.

use std::net::{Ipv4Addr, Ipv6Addr};

use taipan_host::socket::{Address, Query, resolve};
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::bytes_like_opt;
use taipan_object::str::Str;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Value, Vm};

use super::resolver_error;

pub const UNIX: i32 = 1;
/// Bytes of a path that fit an address.
const UNIX_ROOM: usize = 108;
pub const INET: i32 = 2;
pub const INET6: i32 = 10;

/// An IPv4 address in any form that `inet_aton` takes: parts may be missing, octal or hexadecimal.
pub fn loose_ipv4(text: &str) -> Option<[u8; 4]> {
    let text = text.split(|c: char| c.is_ascii_whitespace()).next()?;
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    let number = |part: &str| {
        let lower = part.to_ascii_lowercase();
        if let Some(hex) = lower.strip_prefix("0x") {
            u32::from_str_radix(hex, 16).ok()
        } else if lower.len() > 1 && lower.starts_with('0') {
            u32::from_str_radix(&lower, 8).ok()
        } else if lower.bytes().all(|b| b.is_ascii_digit()) {
            lower.parse().ok()
        } else {
            None
        }
    };
    let (last, first) = parts.split_last()?;
    let mut address = 0_u32;
    for (i, part) in first.iter().enumerate() {
        let n = number(part).filter(|&n| n < 256)?;
        address |= n << (24 - 8 * i);
    }
    let last = number(last)?;
    let room = 32 - 8 * first.len() as u32;
    if room < 32 && last >> room != 0 {
        return None;
    }
    Some((address | last).to_be_bytes())
}

/// An IPv6 address as the C library writes it.
pub fn ipv6_text(ip: &[u8; 16]) -> String {
    Ipv6Addr::from(*ip).to_string()
}

/// An address for Python.
pub fn to_python(vm: &Vm, address: &Address) -> PyResult {
    let text = |t: String| vm.new_str(&t).into_value();
    let n = |n: u32| vm.new_int(n.into());
    Ok(match address {
        Address::None => Value::NONE,
        Address::V4(ip, port) => {
            vm.tuple_value([text(Ipv4Addr::from(*ip).to_string()), n((*port).into())])
        }
        Address::V6(ip, port, flow, scope) => {
            vm.tuple_value([text(ipv6_text(ip)), n((*port).into()), n(*flow), n(*scope)])
        }
        Address::Unix(path) if path.first() == Some(&0) => vm.new_bytes(path.clone()).into_value(),
        Address::Unix(path) => taipan_vm::util::fs_to_text(vm, path),
        Address::Other(family, bytes) => vm.tuple_value([
            vm.new_int((*family).into()),
            vm.new_bytes(bytes.clone()).into_value(),
        ]),
    })
}

/// A host name for the system.
pub fn host_bytes(vm: &Vm, host: &Value) -> PyResult<Vec<u8>> {
    if let Some(text) = host.downcast::<Str>() {
        if let Some(ascii) = text.as_ascii() {
            return Ok(ascii.as_bytes().to_vec());
        }
        let encoded = vm.call_method(
            host,
            &vm.intern_str("encode"),
            &[vm.intern_str("idna").into_value()],
        )?;
        return match encoded.downcast::<Bytes>() {
            Some(bytes) => Ok(bytes.data.to_vec()),
            None => Err(vm.type_error("encoding of hostname failed")),
        };
    }
    match bytes_like_opt(vm, host)? {
        Some(bytes) => Ok(bytes.to_vec()),
        None => Err(vm.type_error(format!(
            "str, bytes or bytearray expected, not {}",
            vm.type_name(host)
        ))),
    }
}

/// The address of a host: "" is any, "<broadcast>" all.
fn look_up(vm: &Vm, host: &[u8], family: i32) -> PyResult<Address> {
    if let Ok(text) = std::str::from_utf8(host) {
        if family == INET && text == "<broadcast>" {
            return Ok(Address::V4([255; 4], 0));
        }
        if family == INET && text.is_empty() {
            return Ok(Address::V4([0; 4], 0));
        }
        if family == INET6 && text.is_empty() {
            return Ok(Address::V6([0; 16], 0, 0, 0));
        }
        if family == INET
            && let Ok(ip) = text.parse::<Ipv4Addr>()
        {
            return Ok(Address::V4(ip.octets(), 0));
        }
    }
    let query = Query {
        host: Some(host),
        service: None,
        family,
        kind: 0,
        protocol: 0,
        flags: 0,
    };
    match resolve(&query) {
        Ok(found) => match found.into_iter().next() {
            Some(found) => Ok(found.address),
            None => Err(vm.raise_str(&vm.exc.os_error, "wildcard resolved to multiple address")),
        },
        Err(failure) => Err(resolver_error(vm, &failure)),
    }
}

fn port(vm: &Vm, value: &Value, function: &str) -> PyResult<u16> {
    if value.as_int().is_none() && vm.type_of(value).slots.index.get().is_none() {
        return Err(vm.type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            vm.type_name(value)
        )));
    }
    let index = vm.index(value)?;
    index
        .as_i64()
        .and_then(|n| u16::try_from(n).ok())
        .ok_or_else(|| vm.overflow_error(format!("{function}: port must be 0-65535.")))
}

/// An address from Python, for a socket of a family.
pub fn from_python(vm: &Vm, value: &Value, family: i32, function: &str) -> PyResult<Address> {
    if family == UNIX {
        let path = match value.downcast::<Str>() {
            Some(text) => taipan_vm::util::text_to_fs(text),
            None => taipan_object::bytes_ops::bytes_like(vm, value)?.to_vec(),
        };
        let is_abstract = path.first() == Some(&0);
        if path.len() + usize::from(!is_abstract) > UNIX_ROOM {
            return Err(vm.raise_str(&vm.exc.os_error, "AF_UNIX path too long"));
        }
        return Ok(Address::Unix(path));
    }
    let name = if family == INET6 {
        "AF_INET6"
    } else {
        "AF_INET"
    };
    if family != INET && family != INET6 {
        return Err(vm.raise_str(&vm.exc.os_error, format!("{function}: bad family")));
    }
    let Some(parts) = value.downcast::<Tuple>() else {
        return Err(vm.type_error(format!(
            "{function}(): {name} address must be tuple, not {}",
            vm.type_name(value)
        )));
    };
    let parts = parts.items();
    if family == INET {
        let [host, number] = parts else {
            return Err(vm.type_error(format!(
                "{function}(): AF_INET address must be a pair (host, port)"
            )));
        };
        let host = host_bytes(vm, host)?;
        let number = port(vm, number, function)?;
        return match look_up(vm, &host, INET)? {
            Address::V4(ip, _) => Ok(Address::V4(ip, number)),
            other => Ok(other),
        };
    }
    if !(2..=4).contains(&parts.len()) {
        return Err(vm.type_error(format!(
            "{function}(): AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])"
        )));
    }
    let host = host_bytes(vm, &parts[0])?;
    let number = port(vm, &parts[1], function)?;
    let part = |i: usize| match parts.get(i) {
        Some(n) => taipan_stdlib_data::numbers::low_32(vm, n).map(Some),
        None => Ok(None),
    };
    let flow = part(2)?.unwrap_or(0);
    if flow > 0xF_FFFF {
        return Err(vm.overflow_error(format!("{function}(): flowinfo must be 0-1048575.")));
    }
    let scope = part(3)?;
    match look_up(vm, &host, INET6)? {
        Address::V6(ip, _, _, found) => Ok(Address::V6(ip, number, flow, scope.unwrap_or(found))),
        other => Ok(other),
    }
}
