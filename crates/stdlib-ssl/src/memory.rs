//! `MemoryBIO`: a buffer between a connection and whoever moves its bytes.

use std::cell::Cell;

use taipan_macros::pymethods;
use taipan_object::args::KwArgs;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::bytes_like;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};
use taipan_openssl::Bio;

use crate::errors;

pub struct MemoryBio {
    pub bio: Bio,
    ended: Cell<bool>,
}
payload!(MemoryBio);

#[pymethods(
    name = "MemoryBIO",
    module = "_ssl",
    doc = "A buffer for the bytes of a connection."
)]
impl MemoryBio {
    #[pynew("(*args, **kwargs)")]
    fn new(vm: &Vm, cls: &TypeRef, args: &[Value], kwargs: KwArgs<'_>) -> PyResult<Ref<MemoryBio>> {
        let name = "MemoryBIO";
        if !args.is_empty() {
            return Err(vm.type_error(format!("{name}() takes no positional arguments")));
        }
        if kwargs.iter().next().is_some() {
            return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
        }
        taipan_openssl::objects::initialize();
        let bio = Bio::memory().ok_or_else(|| vm.memory_error())?;
        let ended = Cell::new(false);
        Ok(alloc_instance(vm, cls, MemoryBio { bio, ended }))
    }
    /// Takes up to so many bytes out; all without a limit.
    #[pymethod("(self, size=-1, /)")]
    fn read(vm: &Vm, this: &Ref<MemoryBio>, size: isize) -> Ref<Bytes> {
        let most = usize::try_from(size).unwrap_or(usize::MAX);
        vm.new_bytes(this.bio.read(most))
    }
    /// Puts bytes in; how many.
    #[pymethod("(self, b, /)")]
    fn write(vm: &Vm, this: &Ref<MemoryBio>, b: &Value) -> PyResult<usize> {
        let bytes = bytes_like(vm, b)?;
        if i32::try_from(bytes.len()).is_err() {
            return Err(vm.overflow_error(format!("string longer than {} bytes", i32::MAX)));
        }
        if this.ended.get() {
            return Err(errors::plain(vm, "cannot write() after write_eof()"));
        }
        this.bio.write(&bytes).ok_or_else(|| vm.memory_error())
    }
    /// Says that nothing more will be written.
    #[pymethod("(self, /)")]
    fn write_eof(this: &Ref<MemoryBio>) {
        this.ended.set(true);
        this.bio.end();
    }
    /// How many bytes can be read.
    #[pygetset]
    fn pending(this: &Ref<MemoryBio>) -> usize {
        this.bio.pending()
    }
    /// Whether everything was read and nothing more will come.
    #[pygetset]
    fn eof(this: &Ref<MemoryBio>) -> bool {
        this.ended.get() && this.bio.pending() == 0
    }
}
