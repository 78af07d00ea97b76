//! The module `_blake2`.

use std::cell::RefCell;

use taipan_macros::{pymethods, pymodule};
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::int::IntRef;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::blake2_core::{Blake2b, Blake2s};
use super::{data_arg, either, hex};

pub use module::MODULE;

/// Sizes of a variant in bytes.
#[derive(Clone, Copy)]
struct Sizes {
    name: &'static str,
    digest: usize,
    salt: usize,
    /// Bytes of the node offset.
    offset: usize,
}

const WIDE: Sizes = Sizes {
    name: "Blake2b",
    digest: 64,
    salt: 16,
    offset: 8,
};
const NARROW: Sizes = Sizes {
    name: "Blake2s",
    digest: 32,
    salt: 8,
    offset: 6,
};

/// The arguments of the constructors.
struct Parameters<'a> {
    digest_size: i32,
    key: Option<BytesArg<'a>>,
    salt: Option<BytesArg<'a>>,
    person: Option<BytesArg<'a>>,
    fanout: i32,
    depth: i32,
    leaf_size: Option<&'a Value>,
    node_offset: Option<&'a Value>,
    node_depth: i32,
    inner_size: i32,
}

/// A number without sign; `c_type` names its C type in messages.
fn number(vm: &Vm, value: Option<&Value>, c_type: &str) -> PyResult<u64> {
    let Some(value) = value else { return Ok(0) };
    let index = vm.index(value)?;
    match index.as_int() {
        Some(IntRef::Small(n)) if n >= 0 => Ok(n as u64),
        Some(IntRef::Big(n)) if *n >= dashu_int::IBig::ZERO => u64::try_from(n)
            .map_err(|_| vm.overflow_error(format!("Python int too large for C {c_type}"))),
        _ => Err(vm.value_error("Cannot convert negative int")),
    }
}

/// The parameter block, checked.
fn block<const N: usize>(vm: &Vm, sizes: Sizes, p: &Parameters<'_>) -> PyResult<[u8; N]> {
    let check = |bytes: &Option<BytesArg<'_>>, what: &str, limit: usize| match bytes {
        Some(b) if b.len() > limit => {
            Err(vm.value_error(format!("maximum {what} length is {limit} bytes")))
        }
        _ => Ok(()),
    };
    let between = |value: i32, name: &str, low: i32, high: i32| {
        if (low..=high).contains(&value) {
            Ok(value as u8)
        } else {
            Err(vm.value_error(format!("{name} must be between {low} and {high}")))
        }
    };
    let most = sizes.digest as i32;
    if !(1..=most).contains(&p.digest_size) {
        return Err(vm.value_error(format!(
            "digest_size for {} must be between 1 and {most} bytes, here it is {}",
            sizes.name, p.digest_size
        )));
    }
    let mut out = [0; N];
    out[0] = p.digest_size as u8;
    check(&p.salt, "salt", sizes.salt)?;
    check(&p.person, "person", sizes.salt)?;
    out[2] = between(p.fanout, "fanout", 0, 255)?;
    out[3] = between(p.depth, "depth", 1, 255)?;
    let leaf = number(vm, p.leaf_size, "unsigned long")?;
    let leaf = u32::try_from(leaf).map_err(|_| vm.overflow_error("leaf_size is too large"))?;
    out[4..8].copy_from_slice(&leaf.to_le_bytes());
    let offset = number(vm, p.node_offset, "unsigned long long")?;
    if sizes.offset < 8 && offset >> (sizes.offset * 8) != 0 {
        return Err(vm.overflow_error("node_offset is too large"));
    }
    let end = 8 + sizes.offset;
    out[8..end].copy_from_slice(&offset.to_le_bytes()[..sizes.offset]);
    out[end] = between(p.node_depth, "node_depth", 0, 255)?;
    if !(0..=most).contains(&p.inner_size) {
        return Err(vm.value_error(format!("inner_size must be between 0 and is {most}")));
    }
    out[end + 1] = p.inner_size as u8;
    check(&p.key, "key", sizes.digest)?;
    out[1] = p.key.as_ref().map_or(0, |k| k.len()) as u8;
    let salt_at = N - 2 * sizes.salt;
    for (bytes, at) in [(&p.salt, salt_at), (&p.person, salt_at + sizes.salt)] {
        if let Some(bytes) = bytes {
            out[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
    Ok(out)
}

/// The state of either variant, made from parameters.
macro_rules! start {
    ($core:ident, $sizes:ident, $vm:ident, $params:ident, $last:ident) => {{
        let mut state = $core::new(&block($vm, $sizes, &$params)?, $last);
        if let Some(key) = $params.key.as_ref().filter(|k| !k.is_empty()) {
            let mut first = [0; $core::BLOCK];
            first[..key.len()].copy_from_slice(key);
            state.update(&first);
        }
        state
    }};
}

macro_rules! class {
    ($class:ident, $core:ident, $sizes:ident, $name:tt, $digest:tt, $signature:tt, $doc:tt) => {
        #[doc = $doc]
        pub struct $class {
            state: RefCell<$core>,
            digest_size: usize,
        }
        payload!($class);

        impl $class {
            fn result(&self) -> Vec<u8> {
                let state = self.state.borrow().clone();
                let mut out = state.finish();
                out.truncate(self.digest_size);
                out
            }
        }

        #[pymethods(name = $name, module = "_blake2", doc = $doc, flags(BASETYPE))]
        impl $class {
            #[pynew($signature)]
            fn new(
                vm: &Vm,
                cls: &TypeRef,
                data: Option<&Value>,
                digest_size: i32,
                key: Option<BytesArg<'_>>,
                salt: Option<BytesArg<'_>>,
                person: Option<BytesArg<'_>>,
                fanout: i32,
                depth: i32,
                leaf_size: Option<&Value>,
                node_offset: Option<&Value>,
                node_depth: i32,
                inner_size: i32,
                last_node: bool,
                _usedforsecurity: bool,
                string: Option<&Value>,
            ) -> PyResult<Ref<$class>> {
                let data = either(vm, data, string)?;
                let params = Parameters {
                    digest_size,
                    key,
                    salt,
                    person,
                    fanout,
                    depth,
                    leaf_size,
                    node_offset,
                    node_depth,
                    inner_size,
                };
                let mut state = start!($core, $sizes, vm, params, last_node);
                if let Some(data) = data {
                    state.update(&data_arg(vm, data)?);
                }
                let object = $class {
                    state: RefCell::new(state),
                    digest_size: digest_size as usize,
                };
                Ok(alloc_instance(vm, cls, object))
            }
            /// Hashes more data.
            #[pymethod("(self, data, /)")]
            fn update(vm: &Vm, this: &Ref<$class>, data: &Value) -> PyResult<()> {
                let data = data_arg(vm, data)?;
                this.state.borrow_mut().update(&data);
                Ok(())
            }
            /// The hash of all data so far.
            #[pymethod("(self, /)")]
            fn digest(vm: &Vm, this: &Ref<$class>) -> Ref<Bytes> {
                vm.new_bytes(this.result())
            }
            /// The hash of all data so far as hexadecimal digits.
            #[pymethod("(self, /)")]
            fn hexdigest(this: &Ref<$class>) -> String {
                hex(&this.result())
            }
            /// An object that goes on from here by itself.
            #[pymethod("(self, /)")]
            fn copy(vm: &Vm, this: &Ref<$class>) -> Ref<$class> {
                let object = $class {
                    state: this.state.clone(),
                    digest_size: this.digest_size,
                };
                alloc_instance(vm, this.ty(), object)
            }
            /// Bytes in a block of the function.
            #[pygetset]
            fn block_size(_this: &Ref<$class>) -> usize {
                $core::BLOCK
            }
            /// Bytes in a hash.
            #[pygetset]
            fn digest_size(this: &Ref<$class>) -> usize {
                this.digest_size
            }
            /// The name of the function.
            #[pygetset]
            fn name(_this: &Ref<$class>) -> &'static str {
                $name
            }
        }
    };
}

class!(
    Wide,
    Blake2b,
    WIDE,
    "blake2b",
    64,
    "(data=<unset>, *, digest_size=64, key=<unset>, salt=<unset>, person=<unset>, fanout=1, depth=1, leaf_size=<unset>, node_offset=<unset>, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=<unset>)",
    "A hash object of BLAKE2b."
);
class!(
    Narrow,
    Blake2s,
    NARROW,
    "blake2s",
    32,
    "(data=<unset>, *, digest_size=32, key=<unset>, salt=<unset>, person=<unset>, fanout=1, depth=1, leaf_size=<unset>, node_offset=<unset>, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=<unset>)",
    "A hash object of BLAKE2s."
);

/// A hash of 32 or 64 bytes without parameters, for HMAC.
pub(super) fn plain(wide: bool, parts: &[&[u8]]) -> Vec<u8> {
    if wide {
        let mut params = [0; 64];
        params[..4].copy_from_slice(&[64, 0, 1, 1]);
        let mut state = Blake2b::new(&params, false);
        parts.iter().for_each(|part| state.update(part));
        state.finish()
    } else {
        let mut params = [0; 32];
        params[..4].copy_from_slice(&[32, 0, 1, 1]);
        let mut state = Blake2s::new(&params, false);
        parts.iter().for_each(|part| state.update(part));
        state.finish()
    }
}

/// The classes and their limits.
#[pymodule(
    name = "_blake2",
    doc = "The hash functions BLAKE2b and BLAKE2s.",
    classes(crate::hashes::blake2::Wide, crate::hashes::blake2::Narrow)
)]
pub mod module {
    use taipan_object::module::Module;
    use taipan_object::{PyResult, Ref, Vm};

    use super::{NARROW, Narrow, Sizes, WIDE, Wide};
    use crate::support::{class_attribute, set_module_attr};

    #[pyattr]
    const _GIL_MINSIZE: i64 = crate::hashes::MIN_SIZE;

    #[pyinit]
    fn init(vm: &Vm, module: &Ref<Module>) -> PyResult<()> {
        let limits = |sizes: Sizes| {
            [
                ("SALT_SIZE", sizes.salt),
                ("PERSON_SIZE", sizes.salt),
                ("MAX_KEY_SIZE", sizes.digest),
                ("MAX_DIGEST_SIZE", sizes.digest),
            ]
        };
        for (class, sizes, prefix) in [
            (vm.add_native_type::<Wide>(), WIDE, "BLAKE2B"),
            (vm.add_native_type::<Narrow>(), NARROW, "BLAKE2S"),
        ] {
            for (name, size) in limits(sizes) {
                let size = vm.new_int(size as i64);
                class_attribute(vm, &class, name, size.clone());
                set_module_attr(vm, module, &format!("{prefix}_{name}"), size)?;
            }
        }
        Ok(())
    }
}
