//! What is known of each register at one point: three bit sets.

/// Live, bound (holds a value) and cell bits of all registers.
///
/// Named locals are always live. Bits of dead temporaries are clear.
#[derive(Clone, Debug)]
pub(super) struct State {
    words: usize,
    bits: Vec<u64>,
}

impl State {
    pub(super) fn new(words: usize) -> Self {
        Self {
            words,
            bits: vec![0; words * 3],
        }
    }
    pub(super) fn bits(&self) -> &[u64] {
        &self.bits
    }
    pub(super) fn copy_from(&mut self, bits: &[u64]) {
        self.bits.copy_from_slice(bits);
    }
    #[inline]
    fn get(&self, plane: usize, r: u32) -> bool {
        self.bits[plane * self.words + (r >> 6) as usize] >> (r & 63) & 1 != 0
    }
    #[inline]
    fn put(&mut self, plane: usize, r: u32, on: bool) {
        let word = &mut self.bits[plane * self.words + (r >> 6) as usize];
        *word = *word & !(1 << (r & 63)) | u64::from(on) << (r & 63);
    }
    #[inline]
    pub(super) fn live(&self, r: u32) -> bool {
        self.get(0, r)
    }
    #[inline]
    pub(super) fn bound(&self, r: u32) -> bool {
        self.get(1, r)
    }
    #[inline]
    pub(super) fn cell(&self, r: u32) -> bool {
        self.get(2, r)
    }
    #[inline]
    pub(super) fn set(&mut self, r: u32, live: bool, bound: bool, cell: bool) {
        self.put(0, r, live);
        self.put(1, r, bound);
        self.put(2, r, cell);
    }

    /// The first live register from `from` on.
    #[inline]
    pub(super) fn first_live_from(&self, from: u32) -> Option<u32> {
        let first = (from >> 6) as usize;
        let mut mask = !0u64 << (from & 63);
        for (n, &word) in self.bits[..self.words].iter().enumerate().skip(first) {
            let word = word & mask;
            if word != 0 {
                return Some(n as u32 * 64 + word.trailing_zeros());
            }
            mask = !0;
        }
        None
    }

    /// Forgets what was bound or a cell and is no more in `other`.
    pub(super) fn weaken(&mut self, other: &State) {
        let words = self.words;
        for (mine, theirs) in self.bits[words..].iter_mut().zip(&other.bits[words..]) {
            *mine &= theirs;
        }
    }

    /// Clears everything from register `from` on.
    pub(super) fn truncate(&mut self, from: u32) {
        let first = (from >> 6) as usize;
        for plane in 0..3 {
            let bits = &mut self.bits[plane * self.words..(plane + 1) * self.words];
            if first < bits.len() {
                bits[first] &= !(!0u64 << (from & 63));
                bits[first + 1..].fill(0);
            }
        }
    }
}

/// Merges the state at an edge into that of a block reached before: whether it
/// changed, or a register whose liveness differs.
pub(super) fn merge(into: &mut [u64], from: &[u64]) -> Result<bool, u32> {
    let words = into.len() / 3;
    for n in 0..words {
        let differ = into[n] ^ from[n];
        if differ != 0 {
            return Err(n as u32 * 64 + differ.trailing_zeros());
        }
    }
    let mut changed = false;
    for (mine, theirs) in into[words..].iter_mut().zip(&from[words..]) {
        changed |= *mine & !theirs != 0;
        *mine &= theirs;
    }
    Ok(changed)
}
