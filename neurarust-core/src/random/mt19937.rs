//! The Mersenne Twister (Matsumoto and Nishimura, 1998), drawing numbers in the order PyTorch's CPU generator does, so that a ported
//! script starts from the same weights.

use super::Random;
use crate::cpu::normal::{box_muller_f32, box_muller_f64};

const N: usize = 624;
const M: usize = 397;
/// Length of PyTorch's state.
const BYTES: usize = 5056;

/// PyTorch's CPU generator: MT19937 and the second half of the last single normal draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Mt19937 {
    state: [u32; N],
    /// Words of `state` already given out.
    used: usize,
    seed: u64,
    /// Single normal draws come in pairs.
    pub(super) spare_normal: Option<f64>,
}

impl Mt19937 {
    /// Starts the sequence of `seed`. As in PyTorch, only its low 32 bits count.
    ///
    /// ```
    /// use neurarust_core::random::{Mt19937, Random};
    /// assert_eq!(Mt19937::new(5489).next_u32(), 3_499_211_612); // the algorithm's own first number
    /// ```
    pub fn new(seed: u64) -> Mt19937 {
        let mut state = [0; N];
        let mut word = seed as u32;
        for (i, place) in state.iter_mut().enumerate() {
            if i > 0 {
                word = (word ^ (word >> 30))
                    .wrapping_mul(1_812_433_253)
                    .wrapping_add(i as u32);
            }
            *place = word;
        }
        Mt19937 {
            state,
            used: N,
            seed,
            spare_normal: None,
        }
    }

    /// The seed it was made with.
    ///
    /// ```
    /// use neurarust_core::random::Mt19937;
    /// assert_eq!(Mt19937::new(7).seed(), 7);
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    fn refill(&mut self) {
        #[inline(always)]
        fn next(high: u32, low: u32, far: u32) -> u32 {
            let y = (high & 0x8000_0000) | (low & 0x7fff_ffff);
            far ^ (y >> 1) ^ ((y & 1).wrapping_neg() & 0x9908_b0df)
        }
        let state = &mut self.state;
        for i in 0..N - M {
            state[i] = next(state[i], state[i + 1], state[i + M]);
        }
        for i in N - M..N - 1 {
            state[i] = next(state[i], state[i + 1], state[i + M - N]);
        }
        state[N - 1] = next(state[N - 1], state[0], state[M - 1]);
        self.used = 0;
    }

    /// `out` filled with what `f` makes of one word each: as many calls of it on [`Random::next_u32`].
    pub(super) fn fill_words<T>(&mut self, out: &mut [T], f: impl Fn(u32) -> T) {
        let mut at = 0;
        while at < out.len() {
            if self.used == N {
                self.refill();
            }
            let n = (N - self.used).min(out.len() - at);
            let (words, out) = (&self.state[self.used..][..n], &mut out[at..][..n]);
            for i in 0..n {
                out[i] = f(tempered(words[i]));
            }
            self.used += n;
            at += n;
        }
    }

    /// The state in PyTorch's layout: seed, words left and in use, the words in 64 bits each, the spare normal number (of double, then of
    /// single precision, which is never used).
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Freshly seeded, PyTorch stands at the front of words that aren't to be given out.
        let fresh = self.used == N && self.state[0] == self.seed as u32;
        let next = if fresh { 0 } else { self.used };
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend(self.seed.to_le_bytes());
        bytes.extend(((N + 1 - self.used) as u32).to_le_bytes());
        bytes.extend(1u32.to_le_bytes());
        bytes.extend((next as u64).to_le_bytes());
        bytes.extend(self.state.iter().flat_map(|&w| u64::from(w).to_le_bytes()));
        bytes.extend([0; 8]);
        bytes.extend(self.spare_normal.unwrap_or(0.0).to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(u32::from(self.spare_normal.is_some()).to_le_bytes());
        bytes.resize(BYTES, 0);
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Mt19937> {
        if bytes.len() != BYTES {
            return None;
        }
        let word = |at: usize| {
            let bytes = bytes.get(at..)?.first_chunk::<8>()?;
            Some(u64::from_le_bytes(*bytes))
        };
        let left = (word(8)? & 0xffff_ffff) as usize;
        if !(1..=N).contains(&left) || word(8)? >> 32 != 1 {
            return None;
        }
        let mut state = [0; N];
        for (i, place) in state.iter_mut().enumerate() {
            *place = u32::try_from(word(24 + 8 * i)?).ok()?;
        }
        let spare = f64::from_bits(word(24 + 8 * N + 8)?);
        Some(Mt19937 {
            state,
            used: N + 1 - left,
            seed: word(0)?,
            spare_normal: (word(24 + 8 * N + 24)? & 0xffff_ffff != 0).then_some(spare),
        })
    }

    /// `out` filled with standard normal numbers, as `Tensor.normal_` draws them: one pair after the other below 16 elements, else by
    /// 16: eight radii, eight angles; a rest of less than 16 is covered by redrawing the last 16.
    ///
    /// ```
    /// use neurarust_core::random::Mt19937;
    /// let mut x = [0f32; 3];
    /// Mt19937::new(0).fill_normal_f32(&mut x);
    /// assert!((x[0] - 1.5409961).abs() < 1e-6); // torch.manual_seed(0); torch.randn(3)
    /// ```
    pub fn fill_normal_f32(&mut self, out: &mut [f32]) {
        if out.len() < 16 {
            return out.iter_mut().for_each(|x| *x = self.next_normal() as f32);
        }
        self.fill_uniform_f32(out);
        transform(out, box_muller_f32);
        if !out.len().is_multiple_of(16) {
            let start = out.len() - 16;
            out[start..]
                .iter_mut()
                .for_each(|x| *x = self.uniform_f32());
            transform(&mut out[start..], box_muller_f32);
        }
    }

    /// `out` filled with uniform numbers in `[0, 1)`.
    pub(super) fn fill_uniform_f32(&mut self, out: &mut [f32]) {
        self.fill_words(out, super::unit_f32);
    }

    /// The same in double precision.
    ///
    /// ```
    /// use neurarust_core::random::Mt19937;
    /// let mut x = [0f64; 100];
    /// Mt19937::new(0).fill_normal_f64(&mut x);
    /// assert!(x.iter().all(|x| x.abs() < 6.0) && x.iter().sum::<f64>().abs() < 40.0);
    /// ```
    pub fn fill_normal_f64(&mut self, out: &mut [f64]) {
        if out.len() < 16 {
            return out.iter_mut().for_each(|x| *x = self.next_normal());
        }
        out.iter_mut().for_each(|x| *x = self.uniform_f64());
        transform(out, box_muller_f64);
        if !out.len().is_multiple_of(16) {
            let start = out.len() - 16;
            out[start..]
                .iter_mut()
                .for_each(|x| *x = self.uniform_f64());
            transform(&mut out[start..], box_muller_f64);
        }
    }

    /// One standard normal number.
    ///
    /// ```
    /// use neurarust_core::random::Mt19937;
    /// let (mut a, mut b) = (Mt19937::new(0), Mt19937::new(0));
    /// assert_eq!(a.next_normal(), b.next_normal());
    /// assert_ne!(a.next_normal(), a.next_normal());
    /// ```
    pub fn next_normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        let angle = self.uniform_f64();
        let radius = (-2.0 * (-self.uniform_f64()).ln_1p()).sqrt();
        let angle = std::f64::consts::TAU * angle;
        self.spare_normal = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

/// A word of the state as it is given out.
#[inline(always)]
fn tempered(mut y: u32) -> u32 {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    y ^ (y >> 18)
}

/// Makes each whole 16 uniform numbers of `data`, eight radii and eight angles, normal ones; `K` pairs at a time.
fn transform<T: Copy + From<f32> + std::ops::Sub<Output = T>, const K: usize>(
    data: &mut [T],
    box_muller: impl Fn(&mut [T; K], &mut [T; K]),
) {
    let one = T::from(1.0);
    let (sixteens, _) = data.as_chunks_mut::<16>();
    for batch in sixteens.chunks_mut(K / 8) {
        let (mut u, mut v) = ([one; K], [one; K]);
        for (k, sixteen) in batch.iter().enumerate() {
            for i in 0..8 {
                u[8 * k + i] = one - sixteen[i];
                v[8 * k + i] = sixteen[i + 8];
            }
        }
        box_muller(&mut u, &mut v);
        for (k, sixteen) in batch.iter_mut().enumerate() {
            sixteen[..8].copy_from_slice(&u[8 * k..8 * k + 8]);
            sixteen[8..].copy_from_slice(&v[8 * k..8 * k + 8]);
        }
    }
}

impl Random for Mt19937 {
    fn next_u32(&mut self) -> u32 {
        if self.used == N {
            self.refill();
        }
        self.used += 1;
        tempered(self.state[self.used - 1])
    }

    fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    /// As `torch.randint` does it: the remainder of a draw of 32 bits, or of 64 from 2²⁸ on.
    fn below(&mut self, range: u64) -> u64 {
        match range {
            0 => self.next_u64(),
            1..0x1000_0000 => u64::from(self.next_u32()) % range,
            _ => self.next_u64() % range,
        }
    }

    /// As `torch.randperm` does it.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        let n = items.len();
        for i in 0..n.saturating_sub(1) {
            let step = if n < (u32::MAX / 20) as usize {
                u64::from(self.next_u32() % (n - i) as u32)
            } else {
                self.next_u64() % (n - i) as u64
            };
            items.swap(i, i + step as usize);
        }
    }
}
