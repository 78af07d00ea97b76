//! What verification found out, for the JIT and for `dis`.

/// A basic block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// First instruction and one past the last.
    pub start: u32,
    pub end: u32,
    /// Index of the handler that covers all of it.
    pub handler: Option<u32>,
    /// Whether some path from the entry comes here.
    pub reached: bool,
}

/// Facts about verified code.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) blocks: Vec<Block>,
    pub(super) states: Vec<u64>,
    /// Where each block's state starts in `states`; `usize::MAX` if not reached.
    pub(super) state_at: Vec<usize>,
    pub(super) words: usize,
    pub(super) locals: u32,
    /// One more than the highest register that is ever written, locals included.
    pub used_registers: u32,
}

impl Facts {
    /// The blocks in the order of their instructions.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
    /// The index of the block that an instruction belongs to.
    pub fn block_of(&self, instr: u32) -> usize {
        self.blocks
            .partition_point(|b| b.start <= instr)
            .saturating_sub(1)
    }
    fn plane(&self, block: usize, plane: usize) -> Registers<'_> {
        let words = match self.state_at.get(block) {
            Some(&at) if at != usize::MAX => &self.states[at + plane * self.words..][..self.words],
            _ => &[],
        };
        Registers { words }
    }
    /// Registers that are live at the start of a block: all locals, and the live temporaries.
    pub fn live_in(&self, block: usize) -> Registers<'_> {
        self.plane(block, 0)
    }
    /// Registers that hold a value there for certain.
    pub fn bound_in(&self, block: usize) -> Registers<'_> {
        self.plane(block, 1)
    }
    /// Registers that hold a cell there for certain.
    pub fn cells_in(&self, block: usize) -> Registers<'_> {
        self.plane(block, 2)
    }
    /// The live temporaries at the start of a block.
    pub fn live_temporaries(&self, block: usize) -> impl Iterator<Item = u32> + '_ {
        let locals = self.locals;
        self.live_in(block).iter().filter(move |&r| r >= locals)
    }
}

/// A set of registers.
#[derive(Clone, Copy, Debug)]
pub struct Registers<'a> {
    words: &'a [u64],
}

impl<'a> Registers<'a> {
    pub fn contains(self, register: u32) -> bool {
        self.words
            .get((register >> 6) as usize)
            .is_some_and(|w| w >> (register & 63) & 1 != 0)
    }
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        self.words.iter().enumerate().flat_map(|(n, &word)| {
            std::iter::successors((word != 0).then_some(word), |w| {
                Some(w & (w - 1)).filter(|&w| w != 0)
            })
            .map(move |w| n as u32 * 64 + w.trailing_zeros())
        })
    }
}
