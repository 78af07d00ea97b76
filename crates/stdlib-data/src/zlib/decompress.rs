//! `Decompress`: expansion piece by piece.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::{PyResult, Ref, Value, Vm, payload};

use super::stream::{
    Code, FINISH, SYNC_FLUSH, Stream, Z_BUF_ERROR, Z_MEM_ERROR, Z_NEED_DICT, Z_OK, Z_STREAM_END,
};
use super::{error, next_room};

/// `Decompress`.
pub struct Decompress {
    stream: RefCell<Stream>,
    dictionary: Option<Vec<u8>>,
    /// What came after the end of the stream.
    unused: RefCell<Vec<u8>>,
    /// What did not fit the result's limit.
    tail: RefCell<Vec<u8>>,
    eof: Cell<bool>,
}
payload!(Decompress);

impl Decompress {
    pub fn make(vm: &Vm, (stream, dictionary): (Stream, Option<Vec<u8>>)) -> Ref<Decompress> {
        let object = Decompress {
            stream: RefCell::new(stream),
            dictionary,
            unused: RefCell::default(),
            tail: RefCell::default(),
            eof: Cell::new(false),
        };
        vm.heap.alloc(&vm.add_native_type::<Decompress>(), object)
    }
    /// Expands up to `limit` bytes.
    fn run(
        vm: &Vm,
        this: &Ref<Decompress>,
        input: &mut &[u8],
        limit: Option<usize>,
        flush: i32,
    ) -> PyResult<(Vec<u8>, Code)> {
        let mut stream = this.stream.borrow_mut();
        let mut out = Vec::new();
        loop {
            let room = next_room(out.len()).min(limit.unwrap_or(usize::MAX) - out.len());
            if room == 0 {
                return Ok((out, Z_OK));
            }
            let code = stream.step(input, &mut out, room, flush);
            match code {
                Z_NEED_DICT if this.dictionary.is_some() => {
                    let dictionary = this.dictionary.as_deref().unwrap_or(&[]);
                    let code = stream.set_dictionary(dictionary);
                    if code != Z_OK {
                        return Err(error(vm, None, code, "while setting zdict"));
                    }
                }
                Z_MEM_ERROR => return Err(vm.memory_error()),
                Z_OK | Z_BUF_ERROR if stream.is_full() || !input.is_empty() => {}
                _ => return Ok((out, code)),
            }
        }
    }
    /// Keeps what was not read.
    fn keep(&self, rest: &[u8], code: Code) {
        if code == Z_STREAM_END {
            self.unused.borrow_mut().extend_from_slice(rest);
            self.tail.borrow_mut().clear();
        } else {
            *self.tail.borrow_mut() = rest.to_vec();
        }
    }
    fn copied(vm: &Vm, this: &Ref<Decompress>) -> PyResult<Ref<Decompress>> {
        let copy = this.stream.borrow_mut().duplicate();
        match copy {
            Ok(stream) => {
                let copy = Decompress::make(vm, (stream, this.dictionary.clone()));
                copy.unused.borrow_mut().clone_from(&this.unused.borrow());
                copy.tail.borrow_mut().clone_from(&this.tail.borrow());
                copy.eof.set(this.eof.get());
                Ok(copy)
            }
            Err(Z_MEM_ERROR) => Err(vm.memory_error()),
            Err(_) => Err(vm.value_error("Inconsistent stream state")),
        }
    }
}

#[pymethods(
    name = "Decompress",
    module = "zlib",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Decompress {
    /// Expands more data, to so many bytes at most unless the limit is 0.
    #[pymethod("(self, data, /, max_length=0)")]
    fn decompress(
        vm: &Vm,
        this: &Ref<Decompress>,
        data: BytesArg<'_>,
        max_length: isize,
    ) -> PyResult<Ref<Bytes>> {
        if max_length < 0 {
            return Err(vm.value_error("max_length must be non-negative"));
        }
        let limit = (max_length > 0).then_some(max_length as usize);
        let mut input = &*data;
        let (out, code) = Decompress::run(vm, this, &mut input, limit, SYNC_FLUSH)?;
        this.keep(input, code);
        match code {
            Z_STREAM_END => this.eof.set(true),
            Z_OK | Z_BUF_ERROR => {}
            _ => {
                let stream = this.stream.borrow();
                return Err(error(vm, Some(&stream), code, "while decompressing data"));
            }
        }
        Ok(vm.new_bytes(out))
    }
    /// Expands what is left.
    #[pymethod("(self, length=16384, /)")]
    fn flush(vm: &Vm, this: &Ref<Decompress>, length: isize) -> PyResult<Ref<Bytes>> {
        if length <= 0 {
            return Err(vm.value_error("length must be greater than zero"));
        }
        let tail = this.tail.borrow().clone();
        let mut input = &*tail;
        let (out, code) = Decompress::run(vm, this, &mut input, None, FINISH)?;
        this.keep(input, code);
        if code == Z_STREAM_END {
            this.eof.set(true);
            this.stream.borrow_mut().end();
        }
        Ok(vm.new_bytes(out))
    }
    /// What came after the end of the stream.
    #[pygetset]
    fn unused_data(vm: &Vm, this: &Ref<Decompress>) -> Ref<Bytes> {
        vm.new_bytes(this.unused.borrow().clone())
    }
    /// What did not fit the limit of the last result.
    #[pygetset]
    fn unconsumed_tail(vm: &Vm, this: &Ref<Decompress>) -> Ref<Bytes> {
        vm.new_bytes(this.tail.borrow().clone())
    }
    /// Whether the end of the stream was reached.
    #[pygetset]
    fn eof(this: &Ref<Decompress>) -> bool {
        this.eof.get()
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn copy(vm: &Vm, this: &Ref<Decompress>) -> PyResult<Ref<Decompress>> {
        Decompress::copied(vm, this)
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, /)")]
    fn __copy__(vm: &Vm, this: &Ref<Decompress>) -> PyResult<Ref<Decompress>> {
        Decompress::copied(vm, this)
    }
    /// An object that goes on from here by itself.
    #[pymethod("(self, memo, /)")]
    fn __deepcopy__(vm: &Vm, this: &Ref<Decompress>, _memo: &Value) -> PyResult<Ref<Decompress>> {
        Decompress::copied(vm, this)
    }
}
