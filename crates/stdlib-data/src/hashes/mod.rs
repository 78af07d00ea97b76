//! Hash functions: the modules `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2` and `_hmac`.

pub mod blake2;
mod blake2_core;
pub mod hmac;
pub mod md5;
mod object;
pub mod sha1;
pub mod sha2;
pub mod sha3;

use digest::DynDigest;
use taipan_object::bytes_ops::arg::{BytesArg, bytes_like_opt};
use taipan_object::str::Str;
use taipan_object::{PyResult, Value, Vm};

pub use object::HashObject;

/// `_GIL_MINSIZE`: shorter data are hashed without letting other threads run.
pub const MIN_SIZE: i64 = 2048;

/// A hash function with results of one size.
pub struct Algorithm {
    /// What `name` says.
    pub name: &'static str,
    pub module: &'static str,
    /// The name of the Python class.
    pub class: &'static str,
    pub digest_size: usize,
    pub block_size: usize,
    pub make: fn() -> Box<dyn DynDigest>,
}

macro_rules! algorithms {
    ($($name:ident($text:literal) = $module:literal $class:literal $digest:literal $block:literal $ty:ty;)*) => {
        $(pub static $name: Algorithm = Algorithm {
            name: $text,
            module: $module,
            class: $class,
            digest_size: $digest,
            block_size: $block,
            make: || Box::new(<$ty>::default()),
        };)*
        /// All of them.
        pub static ALGORITHMS: &[&Algorithm] = &[$(&$name),*];
    };
}

algorithms! {
    MD5("md5") = "_md5" "md5" 16 64 ::md5::Md5;
    SHA1("sha1") = "_sha1" "sha1" 20 64 ::sha1::Sha1;
    SHA224("sha224") = "_sha2" "SHA224Type" 28 64 ::sha2::Sha224;
    SHA256("sha256") = "_sha2" "SHA256Type" 32 64 ::sha2::Sha256;
    SHA384("sha384") = "_sha2" "SHA384Type" 48 128 ::sha2::Sha384;
    SHA512("sha512") = "_sha2" "SHA512Type" 64 128 ::sha2::Sha512;
    SHA3_224("sha3_224") = "_sha3" "sha3_224" 28 144 ::sha3::Sha3_224;
    SHA3_256("sha3_256") = "_sha3" "sha3_256" 32 136 ::sha3::Sha3_256;
    SHA3_384("sha3_384") = "_sha3" "sha3_384" 48 104 ::sha3::Sha3_384;
    SHA3_512("sha3_512") = "_sha3" "sha3_512" 64 72 ::sha3::Sha3_512;
}

/// The bytes to hash.
///
/// # Errors
/// TypeError for what has no bytes.
pub fn data_arg<'a>(vm: &Vm, data: &'a Value) -> PyResult<BytesArg<'a>> {
    if data.downcast::<Str>().is_some() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    match bytes_like_opt(vm, data)? {
        Some(bytes) => Ok(bytes),
        None => Err(vm.type_error("object supporting the buffer API required")),
    }
}

/// The data of a constructor, which may be named `data` or `string`.
///
/// # Errors
/// TypeError if both are given.
pub fn either<'a>(
    vm: &Vm,
    data: Option<&'a Value>,
    string: Option<&'a Value>,
) -> PyResult<Option<&'a Value>> {
    match (data, string) {
        (Some(_), Some(_)) => Err(vm.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal \
             in a future version.",
        )),
        (data, string) => Ok(data.or(string)),
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
