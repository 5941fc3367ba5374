//! Random numbers.
//!
//! The default generator is counter-based ([`Philox`]): each number is a function of the seed and its place in the sequence, so filling an
//! array gives the same bits on any number of threads. [`Mt19937`] draws what PyTorch's CPU generator draws, for ported scripts.
//! A [`Generator`] is a shared handle on either; [`default_generator`] is the one used where none is given, and
//! [`set_default`] chooses which it is.

mod generator;
mod mt19937;
mod philox;

pub use generator::{
    BadState, Generator, Kind, default_generator, initial_seed, manual_seed, seed, set_default,
};
pub use mt19937::Mt19937;
pub use philox::{Philox, keyed};

/// A source of random numbers, drawn one at a time.
///
/// ```
/// use neurarust_core::random::{Philox, Random};
/// let mut random = Philox::new(7);
/// let die = random.below(6) + 1;
/// assert!((1..=6).contains(&die) && (0.0..1.0).contains(&random.uniform_f64()));
/// let mut cards = [1, 2, 3];
/// random.shuffle(&mut cards);
/// assert_eq!(cards.iter().sum::<i32>(), 6);
/// ```
pub trait Random {
    /// 32 random bits.
    fn next_u32(&mut self) -> u32;

    /// 64 random bits.
    fn next_u64(&mut self) -> u64 {
        let low = u64::from(self.next_u32());
        low | u64::from(self.next_u32()) << 32
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻²⁴.
    fn uniform_f32(&mut self) -> f32 {
        unit_f32(self.next_u32())
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
    fn uniform_f64(&mut self) -> f64 {
        unit_f64(self.next_u64())
    }

    /// An integer in `0..range`; any `u64` where `range` is 0.
    fn below(&mut self, range: u64) -> u64 {
        let low = self.next_u64();
        // A product with more random bits than the range has is fair to within 2⁻³².
        if range == 0 {
            low
        } else if range <= 1 << 32 {
            scale_64(low, range)
        } else {
            scale_128(low, self.next_u64(), range)
        }
    }

    /// One standard normal number.
    fn normal_f64(&mut self) -> f64 {
        let radius = (-2.0 * (-self.uniform_f64()).ln_1p()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform_f64()).cos()
    }

    /// Puts `items` into a random order.
    fn shuffle<T>(&mut self, items: &mut [T])
    where
        Self: Sized,
    {
        for i in 0..items.len().saturating_sub(1) {
            let rest = (items.len() - i) as u64;
            items.swap(i, i + self.below(rest) as usize);
        }
    }
}

#[inline(always)]
fn unit_f32(bits: u32) -> f32 {
    // Through i32, whose conversion vectorises everywhere.
    (bits & 0x00ff_ffff) as i32 as f32 * (1.0 / 16_777_216.0)
}

#[inline(always)]
fn unit_f64(bits: u64) -> f64 {
    (bits & ((1 << 53) - 1)) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// `range` times the fraction `bits / 2⁶⁴`.
#[inline(always)]
fn scale_64(bits: u64, range: u64) -> u64 {
    ((u128::from(bits) * u128::from(range)) >> 64) as u64
}

/// `range` times the fraction `(low + 2⁶⁴ high) / 2¹²⁸`.
#[inline(always)]
fn scale_128(low: u64, high: u64, range: u64) -> u64 {
    let carry = (u128::from(low) * u128::from(range)) >> 64;
    ((u128::from(high) * u128::from(range) + carry) >> 64) as u64
}

#[cfg(test)]
mod tests;
