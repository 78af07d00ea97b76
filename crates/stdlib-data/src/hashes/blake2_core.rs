//! BLAKE2b and BLAKE2s with all parameters (RFC 7693 and the BLAKE2 paper's tree mode).

/// The order of message words in each round.
const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// The places of the state that each mixing step takes.
const STEPS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

macro_rules! blake2 {
    ($name:ident, $word:ty, $count:ty, $rounds:literal, $rotations:expr, $iv:expr) => {
        /// The state of one hash.
        #[derive(Clone)]
        pub struct $name {
            h: [$word; 8],
            count: $count,
            block: [u8; Self::BLOCK],
            filled: usize,
            last_node: bool,
        }

        impl $name {
            pub const BLOCK: usize = size_of::<$word>() * 16;
            const IV: [$word; 8] = $iv;

            /// Starts with a parameter block.
            pub fn new(params: &[u8; size_of::<$word>() * 8], last_node: bool) -> Self {
                let mut h = Self::IV;
                for (word, bytes) in h.iter_mut().zip(params.chunks_exact(size_of::<$word>())) {
                    let mut value = [0; size_of::<$word>()];
                    value.copy_from_slice(bytes);
                    *word ^= <$word>::from_le_bytes(value);
                }
                Self {
                    h,
                    count: 0,
                    block: [0; Self::BLOCK],
                    filled: 0,
                    last_node,
                }
            }
            fn compress(&mut self, last: bool) {
                let mut m = [0; 16];
                for (word, bytes) in m
                    .iter_mut()
                    .zip(self.block.chunks_exact(size_of::<$word>()))
                {
                    let mut value = [0; size_of::<$word>()];
                    value.copy_from_slice(bytes);
                    *word = <$word>::from_le_bytes(value);
                }
                let mut v = [0; 16];
                v[..8].copy_from_slice(&self.h);
                v[8..].copy_from_slice(&Self::IV);
                v[12] ^= self.count as $word;
                v[13] ^= (self.count >> (size_of::<$word>() * 8)) as $word;
                if last {
                    v[14] = !v[14];
                    if self.last_node {
                        v[15] = !v[15];
                    }
                }
                let [r1, r2, r3, r4] = $rotations;
                for round in 0..$rounds {
                    let order = &ORDER[round % 10];
                    for (step, &[a, b, c, d]) in STEPS.iter().enumerate() {
                        let (x, y) = (m[order[2 * step]], m[order[2 * step + 1]]);
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
                        v[d] = (v[d] ^ v[a]).rotate_right(r1);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right(r2);
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
                        v[d] = (v[d] ^ v[a]).rotate_right(r3);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right(r4);
                    }
                }
                for i in 0..8 {
                    self.h[i] ^= v[i] ^ v[i + 8];
                }
            }
            pub fn update(&mut self, mut data: &[u8]) {
                while !data.is_empty() {
                    // The last block is kept until it is known to be the last.
                    if self.filled == Self::BLOCK {
                        self.count += Self::BLOCK as $count;
                        self.compress(false);
                        self.filled = 0;
                    }
                    let n = data.len().min(Self::BLOCK - self.filled);
                    self.block[self.filled..self.filled + n].copy_from_slice(&data[..n]);
                    self.filled += n;
                    data = &data[n..];
                }
            }
            /// The hash, all bytes of it.
            pub fn finish(mut self) -> Vec<u8> {
                self.count += self.filled as $count;
                self.block[self.filled..].fill(0);
                self.compress(true);
                self.h.iter().flat_map(|w| w.to_le_bytes()).collect()
            }
        }
    };
}

blake2!(
    Blake2b,
    u64,
    u128,
    12,
    [32, 24, 16, 63],
    [
        0x6A09_E667_F3BC_C908,
        0xBB67_AE85_84CA_A73B,
        0x3C6E_F372_FE94_F82B,
        0xA54F_F53A_5F1D_36F1,
        0x510E_527F_ADE6_82D1,
        0x9B05_688C_2B3E_6C1F,
        0x1F83_D9AB_FB41_BD6B,
        0x5BE0_CD19_137E_2179,
    ]
);
blake2!(
    Blake2s,
    u32,
    u64,
    10,
    [16, 12, 8, 7],
    [
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ]
);
