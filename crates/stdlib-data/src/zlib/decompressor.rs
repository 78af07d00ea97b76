//! `_ZlibDecompressor`: expansion that keeps the input that it has no room for.

use std::cell::{Cell, RefCell};

use taipan_macros::pymethods;
use taipan_object::bytes::Bytes;
use taipan_object::bytes_ops::arg::BytesArg;
use taipan_object::object::alloc_instance;
use taipan_object::{PyResult, Ref, TypeRef, Value, Vm, payload};

use super::stream::{
    SYNC_FLUSH, Stream, Z_BUF_ERROR, Z_MEM_ERROR, Z_NEED_DICT, Z_OK, Z_STREAM_END,
};
use super::{error, next_room};

/// `_ZlibDecompressor`.
pub struct Decompressor {
    stream: RefCell<Stream>,
    dictionary: Option<Vec<u8>>,
    /// Input that waits; what came after the end once that was reached.
    rest: RefCell<Vec<u8>>,
    needs_input: Cell<bool>,
    eof: Cell<bool>,
}
payload!(Decompressor);

#[pymethods(
    name = "_ZlibDecompressor",
    module = "zlib",
    doc = "Expands data piece by piece."
)]
impl Decompressor {
    #[pynew("(wbits=15, zdict=<unset>)")]
    fn new(
        vm: &Vm,
        cls: &TypeRef,
        wbits: i32,
        zdict: Option<&Value>,
    ) -> PyResult<Ref<Decompressor>> {
        let (stream, dictionary) = super::module::open(vm, wbits, zdict)?;
        let object = Decompressor {
            stream: RefCell::new(stream),
            dictionary,
            rest: RefCell::default(),
            needs_input: Cell::new(true),
            eof: Cell::new(false),
        };
        Ok(alloc_instance(vm, cls, object))
    }
    /// Expands more data, to so many bytes at most unless the limit is negative.
    #[pymethod("(self, data, max_length=-1)")]
    fn decompress(
        vm: &Vm,
        this: &Ref<Decompressor>,
        data: BytesArg<'_>,
        max_length: isize,
    ) -> PyResult<Ref<Bytes>> {
        if this.eof.get() {
            return Err(vm.raise_str(&vm.exc.eof_error, "End of stream already reached"));
        }
        let limit = usize::try_from(max_length).unwrap_or(usize::MAX);
        let mut all = this.rest.take();
        all.extend_from_slice(&data);
        let (mut input, mut out) = (&*all, Vec::new());
        let mut stream = this.stream.borrow_mut();
        let full = loop {
            let room = next_room(out.len()).min(limit - out.len());
            if room == 0 {
                break true;
            }
            let code = stream.step(&mut input, &mut out, room, SYNC_FLUSH);
            match code {
                Z_STREAM_END => {
                    this.eof.set(true);
                    break false;
                }
                Z_NEED_DICT if this.dictionary.is_some() => {
                    let dictionary = this.dictionary.as_deref().unwrap_or(&[]);
                    let code = stream.set_dictionary(dictionary);
                    if code != Z_OK {
                        return Err(error(vm, None, code, "while setting zdict"));
                    }
                }
                Z_MEM_ERROR => return Err(vm.memory_error()),
                Z_OK | Z_BUF_ERROR if stream.is_full() || !input.is_empty() => {}
                Z_OK | Z_BUF_ERROR => break false,
                _ => return Err(error(vm, Some(&stream), code, "while decompressing data")),
            }
        };
        this.needs_input.set(!this.eof.get() && !full);
        *this.rest.borrow_mut() = input.to_vec();
        Ok(vm.new_bytes(out))
    }
    /// Whether the end of the stream was reached.
    #[pygetset]
    fn eof(this: &Ref<Decompressor>) -> bool {
        this.eof.get()
    }
    /// What came after the end of the stream.
    #[pygetset]
    fn unused_data(vm: &Vm, this: &Ref<Decompressor>) -> Ref<Bytes> {
        let rest = this.rest.borrow();
        vm.new_bytes(if this.eof.get() {
            rest.clone()
        } else {
            Vec::new()
        })
    }
    /// Whether more input is needed before more comes out.
    #[pygetset]
    fn needs_input(this: &Ref<Decompressor>) -> bool {
        this.needs_input.get()
    }
}
