//! Protection against small documents that expand to huge ones.

use std::cell::Cell;

use super::error::Code;

/// A limit that counts from a number of bytes on.
pub struct Limit {
    pub factor: Cell<f32>,
    pub threshold: Cell<u64>,
}

/// What a document and its entities have cost so far.
pub struct Account {
    /// Bytes of the document itself.
    direct: Cell<u64>,
    /// Bytes of expanded entities.
    indirect: Cell<u64>,
    /// An estimate of the memory that declarations take.
    memory: Cell<u64>,
    pub expansion: Limit,
    pub allocation: Limit,
}

/// What a parser takes before it has read anything.
const BASE: u64 = 8192;

impl Default for Account {
    fn default() -> Self {
        let limit = |threshold| Limit {
            factor: Cell::new(100.0),
            threshold: Cell::new(threshold),
        };
        Account {
            direct: Cell::new(0),
            indirect: Cell::new(0),
            memory: Cell::new(BASE),
            expansion: limit(8 << 20),
            allocation: limit(64 << 20),
        }
    }
}

impl Account {
    /// Counts bytes of the document.
    pub fn add_direct(&self, n: usize) {
        self.direct.set(self.direct.get() + n as u64);
    }
    /// Counts bytes of an entity.
    ///
    /// # Errors
    /// The document expands too much.
    pub fn add_indirect(&self, n: usize) -> Result<(), Code> {
        let indirect = self.indirect.get() + n as u64;
        self.indirect.set(indirect);
        let direct = self.direct.get();
        let total = direct + indirect;
        // The shortest document that can expand has 22 bytes.
        let factor = if direct > 0 {
            total as f32 / direct as f32
        } else {
            (22 + indirect) as f32 / 22.0
        };
        if total >= self.expansion.threshold.get() && factor > self.expansion.factor.get() {
            return Err(Code::Amplification);
        }
        Ok(())
    }
    /// Counts memory.
    ///
    /// # Errors
    /// The document takes too much.
    pub fn add_memory(&self, n: usize) -> Result<(), Code> {
        let memory = self.memory.get() + n as u64;
        self.memory.set(memory);
        let direct = self.direct.get();
        let factor = if direct > 0 {
            memory as f32 / direct as f32
        } else {
            1.0
        };
        if memory >= self.allocation.threshold.get() && factor > self.allocation.factor.get() {
            return Err(Code::NoMemory);
        }
        Ok(())
    }
}
