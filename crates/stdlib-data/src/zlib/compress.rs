//! `Compress`: compression piece by piece.

use std::cell::RefCell;

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::stream::{
    FINISH, NO_FLUSH, Stream, Z_BUF_ERROR, Z_MEM_ERROR, Z_OK, Z_STREAM_END, Z_STREAM_ERROR,
};
use super::{error, next_room};

/// `Compress`.
pub struct Compress(RefCell<Stream>);
payload!(Compress);

impl Compress {
    pub fn make(vm: &Vm, stream: Stream) -> Ref<Compress> {
        vm.heap.alloc(
            &vm.add_native_type::<Compress>(),
            Compress(RefCell::new(stream)),
        )
    }
    /// Compresses until nothing more comes out.
    fn run(
        vm: &Vm,
        stream: &mut Stream,
        mut input: &[u8],
        flush: i32,
        doing: &str,
    ) -> PyResult<(Vec<u8>, i32)> {
        let mut out = Vec::new();
        loop {
            let room = next_room(out.len());
            let code = stream.step(&mut input, &mut out, room, flush);
            match code {
                Z_STREAM_ERROR => return Err(error(vm, Some(stream), code, doing)),
                Z_MEM_ERROR => return Err(vm.memory_error()),
                _ if stream.is_full() || !input.is_empty() => {}
                _ => return Ok((out, code)),
            }
        }
    }
    fn copied(vm: &Vm, this: &Ref<Compress>) -> PyResult<Ref<Compress>> {
        let copy = this.0.borrow_mut().duplicate();
        match copy {
            Ok(stream) => Ok(Compress::make(vm, stream)),
            Err(Z_MEM_ERROR) => Err(vm.memory_error()),
            Err(_) => Err(vm.value_error("Inconsistent stream state")),
        }
    }
}

#[pymethods(
    name = "Compress",
    module = "zlib",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Compress {
    /// Compresses more data; what has come out so far.
    #[pymethod("(self, data, /)")]
    fn compress(vm: &Vm, this: &Ref<Compress>, data: BytesArg<'_>) -> PyResult<Ref<Bytes>> {
        let mut stream = this.0.borrow_mut();
        let doing = "while compressing data";
        let (out, _) = Compress::run(vm, &mut stream, &data, NO_FLUSH, doing)?;
        Ok(vm.new_bytes(out))
    }
    /// What is still inside; ends the stream unless another mode is given.
    #[pymethod("(self, mode=4, /)")]
    fn flush(vm: &Vm, this: &Ref<Compress>, mode: i32) -> PyResult<Ref<Bytes>> {
        if mode == NO_FLUSH {
            return Ok(vm.new_bytes([]));
        }
        let mut stream = this.0.borrow_mut();
        let (out, code) = Compress::run(vm, &mut stream, &[], mode, "while flushing")?;
        match code {
            Z_STREAM_END if mode == FINISH => stream.end(),
            Z_OK | Z_BUF_ERROR | Z_STREAM_END => {}
            _ => return Err(error(vm, Some(&stream), code, "while flushing")),
        }
        Ok(vm.new_bytes(out))
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<Compress>) -> PyResult<Ref<Compress>> {
        Compress::copied(vm, this)
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn __copy__(vm: &Vm, this: &Ref<Compress>) -> PyResult<Ref<Compress>> {
        Compress::copied(vm, this)
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, memo, /)")]
    fn __deepcopy__(vm: &Vm, this: &Ref<Compress>, _memo: &Value) -> PyResult<Ref<Compress>> {
        Compress::copied(vm, this)
    }
}
