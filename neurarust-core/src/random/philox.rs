//! Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): random bits as a pure function of a key and a
//! counter.
//!
//! There is no state to hand from one number to the next, so any thread can compute any part of a sequence, and the numbers do not
//! depend on who computes which.

use super::{Random, scale_64};

const ROUNDS: usize = 10;
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Blocks computed side by side when arrays are filled.
const LANES: usize = 16;
/// Words of one group of blocks.
pub(super) const GROUP: usize = 4 * LANES;

/// One block: four words from a counter and a key.
#[inline]
pub fn block(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let a = u64::from(counter[0]) * u64::from(MULTIPLIERS[0]);
        let b = u64::from(counter[2]) * u64::from(MULTIPLIERS[1]);
        counter = [
            (b >> 32) as u32 ^ counter[1] ^ key[0],
            b as u32,
            (a >> 32) as u32 ^ counter[3] ^ key[1],
            a as u32,
        ];
    }
    counter
}

/// Low word first.
fn halves(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

/// A sequence of random numbers: block `i` is a pure function of the seed, the stream and `i`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Philox {
    seed: u64,
    stream: u64,
    /// The next block.
    offset: u64,
    /// The last block taken by single draws, and how many of its words are unused.
    words: [u32; 4],
    unused: u8,
}

impl Philox {
    /// The sequence of `seed`, from its beginning.
    ///
    /// ```
    /// use neurarust_core::random::{Philox, Random};
    /// assert_eq!(Philox::new(7).next_u64(), Philox::new(7).next_u64());
    /// ```
    pub fn new(seed: u64) -> Philox {
        Philox::with_stream(seed, 0)
    }

    /// One of 2⁶⁴ independent sequences of `seed`.
    ///
    /// ```
    /// use neurarust_core::random::{Philox, Random};
    /// assert_ne!(Philox::with_stream(7, 0).next_u64(), Philox::with_stream(7, 1).next_u64());
    /// ```
    pub fn with_stream(seed: u64, stream: u64) -> Philox {
        Philox {
            seed,
            stream,
            offset: 0,
            words: [0; 4],
            unused: 0,
        }
    }

    /// The seed it was made with.
    ///
    /// ```
    /// use neurarust_core::random::Philox;
    /// assert_eq!(Philox::new(7).seed(), 7);
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The block that comes next.
    ///
    /// ```
    /// use neurarust_core::random::{Philox, Random};
    /// let mut random = Philox::new(7);
    /// for _ in 0..4 {
    ///     random.next_u32(); // a block is four of them
    /// }
    /// assert_eq!(random.offset(), 1);
    /// ```
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Goes to block `offset`, forward or back.
    ///
    /// ```
    /// use neurarust_core::random::{Philox, Random};
    /// let mut random = Philox::new(7);
    /// let first = random.next_u32();
    /// random.set_offset(1000);
    /// random.next_u32();
    /// random.set_offset(0);
    /// assert_eq!(random.next_u32(), first);
    /// ```
    pub fn set_offset(&mut self, offset: u64) {
        self.offset = offset;
        self.unused = 0;
    }

    /// Splits off the next `groups` groups of blocks, to be read with `group`.
    pub(super) fn reserve(&mut self, groups: usize) -> Philox {
        let mut reserved = self.clone();
        reserved.unused = 0;
        self.unused = 0;
        self.offset = self
            .offset
            .wrapping_add((groups as u64).wrapping_mul(LANES as u64));
        reserved
    }

    /// The words of `LANES` blocks from group `index` on: all first words, then all second ones, …
    #[inline]
    // Indices, not iterators: four arrays go in step, and this is the form that vectorises.
    #[allow(clippy::needless_range_loop)]
    pub(super) fn group(&self, index: usize) -> [u32; GROUP] {
        let first = self
            .offset
            .wrapping_add((index as u64).wrapping_mul(LANES as u64));
        let [s0, s1] = halves(self.stream);
        let mut key = halves(self.seed);
        let mut c = [[0u32; LANES]; 4];
        for lane in 0..LANES {
            let [low, high] = halves(first.wrapping_add(lane as u64));
            (c[0][lane], c[1][lane], c[2][lane], c[3][lane]) = (low, high, s0, s1);
        }
        for round in 0..ROUNDS {
            if round > 0 {
                key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
            }
            for lane in 0..LANES {
                let a = u64::from(c[0][lane]) * u64::from(MULTIPLIERS[0]);
                let b = u64::from(c[2][lane]) * u64::from(MULTIPLIERS[1]);
                c[0][lane] = (b >> 32) as u32 ^ c[1][lane] ^ key[0];
                c[1][lane] = b as u32;
                c[2][lane] = (a >> 32) as u32 ^ c[3][lane] ^ key[1];
                c[3][lane] = a as u32;
            }
        }
        let mut words = [0; GROUP];
        for (part, lanes) in words.chunks_exact_mut(LANES).zip(&c) {
            part.copy_from_slice(lanes);
        }
        words
    }

    pub(super) fn to_words(&self) -> [u64; 5] {
        let [a, b, c, d] = self.words.map(u64::from);
        [
            self.seed,
            self.stream,
            self.offset,
            a | b << 32,
            c | d << 32,
        ]
    }

    pub(super) fn unused(&self) -> u8 {
        self.unused
    }

    pub(super) fn from_words(words: [u64; 5], unused: u8) -> Option<Philox> {
        let [a, b] = halves(words[3]);
        let [c, d] = halves(words[4]);
        (unused <= 4).then_some(Philox {
            seed: words[0],
            stream: words[1],
            offset: words[2],
            words: [a, b, c, d],
            unused,
        })
    }
}

impl Random for Philox {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        if self.unused == 0 {
            let ([c0, c1], [c2, c3]) = (halves(self.offset), halves(self.stream));
            self.words = block([c0, c1, c2, c3], halves(self.seed));
            self.offset = self.offset.wrapping_add(1);
            self.unused = 4;
        }
        self.unused -= 1;
        self.words[usize::from(3 - self.unused)]
    }

    /// The same draws as one by one, a group of blocks at a time.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        let (mut i, last) = (0, items.len().saturating_sub(1));
        while i < last {
            let rest = items.len() as u64 - i as u64;
            if self.unused > 0 || last - i < GROUP / 2 || rest > 1 << 32 {
                items.swap(i, i + self.below(rest) as usize);
                i += 1;
                continue;
            }
            let words = self.reserve(1).group(0);
            let (first, second) = words.split_at(GROUP / 2);
            for lane in 0..LANES {
                for pair in [first, second] {
                    let bits = u64::from(pair[lane]) | u64::from(pair[LANES + lane]) << 32;
                    items.swap(i, i + scale_64(bits, (items.len() - i) as u64) as usize);
                    i += 1;
                }
            }
        }
    }
}

/// The sequence that belongs to (seed, epoch, index): for data loading, where a sample's randomness must not depend on which worker
/// draws it, or in what order.
///
/// ```
/// use neurarust_core::random::{Random, keyed};
/// assert_eq!(keyed(1, 2, 3).next_u64(), keyed(1, 2, 3).next_u64()); // from any thread
/// assert_ne!(keyed(1, 2, 3).next_u64(), keyed(1, 2, 4).next_u64());
/// ```
pub fn keyed(seed: u64, epoch: u64, index: u64) -> Philox {
    // One block turns the three numbers into a key and a stream of their own.
    let ([e0, e1], [i0, i1]) = (halves(epoch), halves(index));
    let [a, b, c, d] = block([i0, i1, e0, e1], halves(!seed)).map(u64::from);
    Philox::with_stream(a | b << 32, c | d << 32)
}
