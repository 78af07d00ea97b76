//! The bytes of a pickle, in frames from protocol 4 on.

use taipan_object::{PyResult, Value, Vm};

use super::op;

/// A frame ends at the first code after so many bytes.
pub const FRAME_TARGET: usize = 64 * 1024;
/// Frames with less get no header.
const FRAME_MINIMUM: usize = 4;
const HEADER: usize = 9;

/// Collects bytes; with a file, hands them over frame by frame.
pub struct Writer {
    bytes: Vec<u8>,
    pub framing: bool,
    /// Where the header of the open frame lies.
    frame: Option<usize>,
    /// The file's `write`.
    file: Option<Value>,
}

impl Writer {
    pub fn new(file: Option<Value>) -> Writer {
        Writer {
            bytes: Vec::with_capacity(256),
            framing: false,
            frame: None,
            file,
        }
    }
    #[inline]
    fn open(&mut self) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.bytes.len());
            self.bytes.extend_from_slice(&[0; HEADER]);
        }
    }
    #[inline]
    pub fn byte(&mut self, byte: u8) {
        self.open();
        self.bytes.push(byte);
    }
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        self.open();
        self.bytes.extend_from_slice(bytes);
    }
    /// Between two codes: closes a frame that is long enough.
    #[inline]
    pub fn boundary(&mut self, vm: &Vm) -> PyResult<()> {
        match self.frame {
            Some(start) if self.bytes.len() - start >= FRAME_TARGET + HEADER => {
                self.commit();
                self.flush(vm)
            }
            _ => Ok(()),
        }
    }
    /// Closes the open frame.
    fn commit(&mut self) {
        let Some(start) = self.frame.take() else {
            return;
        };
        let len = self.bytes.len() - start - HEADER;
        if len >= FRAME_MINIMUM {
            self.bytes[start] = op::FRAME;
            self.bytes[start + 1..start + HEADER].copy_from_slice(&(len as u64).to_le_bytes());
        } else {
            self.bytes.drain(start..start + HEADER);
        }
    }
    /// Hands the bytes to the file, if there is one.
    fn flush(&mut self, vm: &Vm) -> PyResult<()> {
        let Some(write) = &self.file else {
            return Ok(());
        };
        if !self.bytes.is_empty() {
            let bytes = vm.new_bytes(std::mem::take(&mut self.bytes)).into_value();
            vm.call(write, &[bytes])?;
        }
        Ok(())
    }
    /// Writes a header and its data; much data goes around frames, straight to the file. `object`: bytes that are the data.
    pub fn put_data(
        &mut self,
        vm: &Vm,
        header: &[u8],
        data: &[u8],
        object: Option<&Value>,
    ) -> PyResult<()> {
        if data.len() < FRAME_TARGET {
            self.put(header);
            self.put(data);
            return Ok(());
        }
        self.commit();
        let framing = std::mem::replace(&mut self.framing, false);
        self.put(header);
        match self.file.clone() {
            Some(write) => {
                self.flush(vm)?;
                let data = object.map_or_else(|| vm.new_bytes(data).into_value(), Value::clone);
                vm.call(&write, &[data])?;
            }
            None => self.put(data),
        }
        self.framing = framing;
        Ok(())
    }
    /// Ends the pickle; the bytes, unless they went to a file.
    pub fn finish(mut self, vm: &Vm) -> PyResult<Vec<u8>> {
        self.commit();
        self.flush(vm)?;
        Ok(self.bytes)
    }
}
