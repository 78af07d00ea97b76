//! The Mersenne Twister MT19937 (Matsumoto and Nishimura).

pub const WORDS: usize = 624;
const MIDDLE: usize = 397;

/// A generator's state.
#[derive(Clone)]
pub struct Twister {
    pub words: [u32; WORDS],
    /// Words of this round that are used up.
    pub index: usize,
}

impl Twister {
    /// The state of a generator that was never seeded.
    pub fn blank() -> Twister {
        Twister {
            words: [0; WORDS],
            index: 0,
        }
    }
    /// Seeded with one word.
    fn from_word(seed: u32) -> Twister {
        let mut words = [0; WORDS];
        words[0] = seed;
        for i in 1..WORDS {
            let previous: u32 = words[i - 1];
            words[i] = 1_812_433_253_u32
                .wrapping_mul(previous ^ previous >> 30)
                .wrapping_add(i as u32);
        }
        Twister {
            words,
            index: WORDS,
        }
    }
    /// Seeded with at least one word.
    pub fn from_key(key: &[u32]) -> Twister {
        let mut state = Twister::from_word(19_650_218);
        let words = &mut state.words;
        let (mut i, mut j) = (1, 0);
        for _ in 0..WORDS.max(key.len()) {
            let previous = words[i - 1];
            words[i] = (words[i] ^ (previous ^ previous >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i >= WORDS {
                words[0] = words[WORDS - 1];
                i = 1;
            }
        }
        for _ in 1..WORDS {
            let previous = words[i - 1];
            words[i] = (words[i] ^ (previous ^ previous >> 30).wrapping_mul(1_566_083_941))
                .wrapping_sub(i as u32);
            i += 1;
            if i >= WORDS {
                words[0] = words[WORDS - 1];
                i = 1;
            }
        }
        words[0] = 0x8000_0000;
        state
    }
    fn refill(&mut self) {
        let words = &mut self.words;
        for i in 0..WORDS {
            let y = words[i] & 0x8000_0000 | words[(i + 1) % WORDS] & 0x7FFF_FFFF;
            let twist = if y & 1 == 0 { 0 } else { 0x9908_B0DF };
            words[i] = words[(i + MIDDLE) % WORDS] ^ y >> 1 ^ twist;
        }
        self.index = 0;
    }
    /// The next 32 random bits.
    pub fn next(&mut self) -> u32 {
        if self.index >= WORDS {
            self.refill();
        }
        let mut y = self.words[self.index];
        self.index += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C_5680;
        y ^= y << 15 & 0xEFC6_0000;
        y ^ y >> 18
    }
    /// A float from 0 up to 1 of 53 random bits.
    pub fn next_float(&mut self) -> f64 {
        let high = f64::from(self.next() >> 5);
        let low = f64::from(self.next() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }
}
