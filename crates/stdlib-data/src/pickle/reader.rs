//! Where the bytes of a pickle come from: an object in memory, or a file.

use taipan_object::bytes::Bytes;
use taipan_object::{PyResult, Raised, Ref, Value, Vm};

use super::globals::cannot_unpickle;

/// Bytes asked for at once from a file that can show them without moving on.
const PREFETCH: usize = 128 * 1024;

/// The methods of a file.
#[derive(Clone)]
pub struct FileMethods {
    pub read: Value,
    pub readline: Value,
    pub peek: Option<Value>,
}

/// UnpicklingError: a code or its argument reaches beyond its frame.
#[cold]
fn straddles(vm: &Vm) -> Raised {
    cannot_unpickle(vm, "pickle exhausted before end of frame")
}

/// Bytes, with a file behind them or not.
pub struct Reader {
    data: Ref<Bytes>,
    at: usize,
    /// The end of the open frame, or of the data.
    limit: usize,
    /// How far the file itself has been moved on.
    consumed: usize,
    file: Option<FileMethods>,
}

#[cold]
fn truncated(vm: &Vm) -> Raised {
    cannot_unpickle(vm, "pickle data was truncated")
}

impl Reader {
    pub fn new(data: Ref<Bytes>, file: Option<FileMethods>) -> Reader {
        Reader {
            limit: data.data.len(),
            data,
            at: 0,
            consumed: 0,
            file,
        }
    }
    /// The next code.
    #[inline(always)]
    pub fn code(&mut self, vm: &Vm) -> PyResult<u8> {
        if self.at >= self.limit {
            self.leave_frame();
            if self.at == self.limit && self.fill(vm, 1)? < 1 {
                let message = "Ran out of input";
                return Err(vm.raise_str(&vm.exc.eof_error, message));
            }
        }
        let code = self.data.data[self.at];
        self.at += 1;
        Ok(code)
    }
    /// At the end of a frame all data is to be had again.
    fn leave_frame(&mut self) {
        if self.at == self.limit {
            self.limit = self.data.data.len();
        }
    }
    /// The next bytes; they must not be kept.
    #[inline(always)]
    pub fn take(&mut self, vm: &Vm, count: usize) -> PyResult<&[u8]> {
        if count > self.limit - self.at {
            self.refill(vm, count)?;
        }
        let start = self.at;
        self.at += count;
        Ok(&self.data.data[start..self.at])
    }
    #[cold]
    fn refill(&mut self, vm: &Vm, count: usize) -> PyResult<()> {
        self.leave_frame();
        if self.limit < self.data.data.len() {
            return Err(straddles(vm));
        }
        if count <= self.limit - self.at {
            return Ok(());
        }
        if count > isize::MAX as usize - self.at {
            return Err(cannot_unpickle(
                vm,
                "read would overflow (invalid bytecode)",
            ));
        }
        if self.fill(vm, count)? < count {
            return Err(truncated(vm));
        }
        Ok(())
    }
    /// The next bytes as an array.
    #[inline(always)]
    pub fn array<const N: usize>(&mut self, vm: &Vm) -> PyResult<[u8; N]> {
        let bytes = self.take(vm, N)?;
        let mut array = [0; N];
        array.copy_from_slice(bytes);
        Ok(array)
    }
    /// Opens a frame, whose bytes are at hand then.
    pub fn frame(&mut self, vm: &Vm, count: usize) -> PyResult<()> {
        self.leave_frame();
        if self.limit < self.data.data.len() {
            return Err(cannot_unpickle(
                vm,
                "beginning of a new frame before end of current frame",
            ));
        }
        self.take(vm, count)?;
        self.limit = self.at;
        self.at -= count;
        Ok(())
    }
    /// The rest of the line, without its end.
    pub fn line(&mut self, vm: &Vm) -> PyResult<Vec<u8>> {
        self.leave_frame();
        let rest = &self.data.data[self.at..self.limit];
        if let Some(len) = memchr::memchr(b'\n', rest) {
            let line = rest[..len].to_vec();
            self.at += len + 1;
            return Ok(line);
        }
        if self.limit < self.data.data.len() {
            return Err(straddles(vm));
        }
        let Some(file) = self.file.clone() else {
            return Err(truncated(vm));
        };
        self.skip(vm)?;
        let line = vm.call(&file.readline, &[])?;
        let line = bytes_of(vm, line, "readline")?;
        match line.data.split_last() {
            Some((b'\n', text)) => {
                let text = text.to_vec();
                self.set(line.clone());
                self.at = line.data.len();
                self.consumed = self.at;
                Ok(text)
            }
            _ => Err(truncated(vm)),
        }
    }
    /// As [`Reader::line`], for lines that hold something.
    pub fn text_line(&mut self, vm: &Vm) -> PyResult<Vec<u8>> {
        let line = self.line(vm)?;
        if line.is_empty() {
            return Err(truncated(vm));
        }
        Ok(line)
    }
    fn set(&mut self, data: Ref<Bytes>) {
        self.limit = data.data.len();
        self.data = data;
        self.at = 0;
        self.consumed = 0;
    }
    /// Moves the file on over what was read from what it showed.
    pub fn skip(&mut self, vm: &Vm) -> PyResult<()> {
        let count = self.at - self.consumed.min(self.at);
        let Some(file) = self.file.clone().filter(|_| count > 0) else {
            return Ok(());
        };
        self.consumed = self.at;
        vm.call(&file.read, &[vm.new_uint(count as u64)])?;
        Ok(())
    }
    /// Gets at least `count` more bytes from the file; how many there are.
    #[cold]
    fn fill(&mut self, vm: &Vm, count: usize) -> PyResult<usize> {
        let Some(file) = self.file.clone() else {
            return Ok(self.data.data.len() - self.at);
        };
        self.skip(vm)?;
        if let Some(peek) = file.peek.filter(|_| count < PREFETCH) {
            let shown = vm.call(&peek, &[vm.new_uint(PREFETCH as u64)]);
            match vm.ignore(shown, &vm.exc.not_implemented_error)? {
                Some(shown) => {
                    let shown = bytes_of(vm, shown, "peek")?;
                    if shown.data.len() >= count {
                        self.set(shown);
                        return Ok(self.data.data.len());
                    }
                }
                None => {
                    if let Some(file) = &mut self.file {
                        file.peek = None;
                    }
                }
            }
        }
        let data = vm.call(&file.read, &[vm.new_uint(count as u64)])?;
        let data = bytes_of(vm, data, "read")?;
        self.set(data);
        self.consumed = self.data.data.len();
        Ok(self.data.data.len())
    }
}

/// What a file gave; other objects with a buffer are copied.
fn bytes_of(vm: &Vm, value: Value, method: &str) -> PyResult<Ref<Bytes>> {
    match value.downcast_owned::<Bytes>() {
        Ok(bytes) => Ok(bytes),
        Err(other) => match taipan_object::bytes_ops::arg::bytes_like_opt(vm, &other)? {
            Some(bytes) => Ok(vm.new_bytes(&bytes[..])),
            None => Err(vm.type_error(format!(
                "{method}() returned non-bytes object ({})",
                vm.type_name(&other)
            ))),
        },
    }
}
