//! `Generator`: a shared handle on a sequence of random numbers, which fills arrays in parallel where the algorithm can.

use super::philox::GROUP;
use super::{Mt19937, Philox, Random, scale_64, scale_128, unit_f32, unit_f64};
use crate::cpu::normal::{box_muller_f32, box_muller_f64};
use crate::cpu::pool::parallel_for;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

/// How a [`Generator`] makes its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Counter-based; fills arrays on all threads. The default.
    Philox,
    /// PyTorch's CPU generator, number for number.
    Mt19937,
}

#[derive(Clone, Debug, PartialEq)]
enum Engine {
    Philox(Philox),
    Mt19937(Box<Mt19937>),
}

impl Engine {
    fn new(algorithm: Algorithm, seed: u64) -> Engine {
        match algorithm {
            Algorithm::Philox => Engine::Philox(Philox::new(seed)),
            Algorithm::Mt19937 => Engine::Mt19937(Box::new(Mt19937::new(seed))),
        }
    }
}

/// Bytes that are no generator's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "set_state: got {bytes} bytes that are not a generator's state; expected the bytes of get_state"
)]
pub struct BadState {
    /// Length of what was given.
    pub bytes: usize,
}

/// A source of random numbers. Clones share one sequence.
///
/// ```
/// use neurarust_core::random::Generator;
/// let generator = Generator::new(42);
/// let mut x = [0.0f32; 3];
/// generator.fill_uniform_f32(&mut x);
/// assert!(x.iter().all(|&x| (0.0..1.0).contains(&x)));
/// ```
#[derive(Clone, Debug)]
pub struct Generator(Arc<Mutex<Engine>>);

impl Generator {
    /// A counter-based generator.
    pub fn new(seed: u64) -> Generator {
        Generator::with_algorithm(Algorithm::Philox, seed)
    }

    /// A generator that draws what PyTorch's CPU generator draws.
    pub fn mt19937(seed: u64) -> Generator {
        Generator::with_algorithm(Algorithm::Mt19937, seed)
    }

    /// A generator of either kind.
    pub fn with_algorithm(algorithm: Algorithm, seed: u64) -> Generator {
        Generator(Arc::new(Mutex::new(Engine::new(algorithm, seed))))
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        // A state is valid between any two draws.
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Which algorithm it uses.
    pub fn algorithm(&self) -> Algorithm {
        match *self.engine() {
            Engine::Philox(_) => Algorithm::Philox,
            Engine::Mt19937(_) => Algorithm::Mt19937,
        }
    }

    /// Changes the algorithm, and starts its sequence of the current seed.
    pub fn set_algorithm(&self, algorithm: Algorithm) {
        let seed = self.initial_seed();
        *self.engine() = Engine::new(algorithm, seed);
    }

    /// Starts the sequence of `seed`.
    pub fn manual_seed(&self, seed: u64) -> &Generator {
        let algorithm = self.algorithm();
        *self.engine() = Engine::new(algorithm, seed);
        self
    }

    /// Starts a sequence nobody can foresee, and tells its seed.
    pub fn seed(&self) -> u64 {
        let seed = entropy();
        self.manual_seed(seed);
        seed
    }

    /// The seed of the current sequence.
    pub fn initial_seed(&self) -> u64 {
        match &*self.engine() {
            Engine::Philox(philox) => philox.seed(),
            Engine::Mt19937(twister) => twister.seed(),
        }
    }

    /// A generator of its own that will draw the same numbers from here on.
    pub fn fork(&self) -> Generator {
        Generator(Arc::new(Mutex::new(self.engine().clone())))
    }

    /// 32 random bits.
    pub fn next_u32(&self) -> u32 {
        match &mut *self.engine() {
            Engine::Philox(philox) => philox.next_u32(),
            Engine::Mt19937(twister) => twister.next_u32(),
        }
    }

    /// 64 random bits.
    pub fn next_u64(&self) -> u64 {
        match &mut *self.engine() {
            Engine::Philox(philox) => philox.next_u64(),
            Engine::Mt19937(twister) => twister.next_u64(),
        }
    }

    /// Fills `out` with uniform numbers in `[0, 1)`, multiples of 2⁻²⁴.
    pub fn fill_uniform_f32(&self, out: &mut [f32]) {
        self.fill(
            out,
            |words| words.map(unit_f32),
            |twister, out| out.iter_mut().for_each(|x| *x = twister.uniform_f32()),
        );
    }

    /// Fills `out` with uniform numbers in `[0, 1)`, multiples of 2⁻⁵³.
    pub fn fill_uniform_f64(&self, out: &mut [f64]) {
        self.fill(
            out,
            |words| -> [f64; GROUP / 2] { std::array::from_fn(|i| unit_f64(pair(words, i))) },
            |twister, out| out.iter_mut().for_each(|x| *x = twister.uniform_f64()),
        );
    }

    /// Fills `out` with standard normal numbers. (Their last bits depend on the instruction set.)
    pub fn fill_normal_f32(&self, out: &mut [f32]) {
        self.fill(out, normals_f32, |twister, out| {
            twister.fill_normal_f32(out)
        });
    }

    /// Fills `out` with standard normal numbers.
    pub fn fill_normal_f64(&self, out: &mut [f64]) {
        self.fill(out, normals_f64, |twister, out| {
            twister.fill_normal_f64(out)
        });
    }

    /// Fills `out` with integers in `0..range`, or any where `range` is 0.
    pub fn fill_below(&self, range: u64, out: &mut [u64]) {
        let twist = |twister: &mut Mt19937, out: &mut [u64]| {
            out.iter_mut().for_each(|x| *x = twister.below(range));
        };
        if (1..=1 << 32).contains(&range) {
            let scale = |words: &[u32; GROUP]| -> [u64; GROUP / 2] {
                std::array::from_fn(|i| scale_64(pair(words, i), range))
            };
            self.fill(out, scale, twist);
        } else {
            let scale = |words: &[u32; GROUP]| -> [u64; GROUP / 4] {
                std::array::from_fn(|i| {
                    let (low, high) = (pair(words, i), pair(words, i + GROUP / 4));
                    if range == 0 {
                        low
                    } else {
                        scale_128(low, high, range)
                    }
                })
            };
            self.fill(out, scale, twist);
        }
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&self, items: &mut [T]) {
        match &mut *self.engine() {
            Engine::Philox(philox) => philox.shuffle(items),
            Engine::Mt19937(twister) => twister.shuffle(items),
        }
    }

    /// Fills `out` group by group, on any number of threads, with what `convert` makes of a group's words; or with `twist`.
    fn fill<T: Copy + Send, const P: usize>(
        &self,
        out: &mut [T],
        convert: impl Fn(&[u32; GROUP]) -> [T; P] + Sync,
        twist: impl FnOnce(&mut Mt19937, &mut [T]),
    ) {
        /// Groups of one task: some twenty microseconds of work.
        const GRAIN: usize = 256;
        let source = match &mut *self.engine() {
            Engine::Philox(philox) => philox.reserve(out.len().div_ceil(P)),
            Engine::Mt19937(twister) => return twist(twister, out),
        };
        let fill_part = |part: usize, out: &mut [T]| {
            for (i, out) in out.chunks_mut(P).enumerate() {
                let values = convert(&source.group(part * GRAIN + i));
                out.copy_from_slice(&values[..out.len()]);
            }
        };
        if out.len() <= P * GRAIN {
            return fill_part(0, out);
        }
        let parts: Vec<Mutex<&mut [T]>> = out.chunks_mut(P * GRAIN).map(Mutex::new).collect();
        parallel_for(parts.len(), |part| {
            // Each part has one user, so the lock is free; it is there to prove it.
            if let Ok(mut out) = parts[part].lock() {
                fill_part(part, &mut out);
            }
        });
    }

    /// The state, for [`set_state`](Generator::set_state).
    pub fn get_state(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match &*self.engine() {
            Engine::Philox(philox) => {
                bytes.extend([PHILOX, philox.unused()]);
                bytes.extend(philox.to_words().iter().flat_map(|w| w.to_le_bytes()));
            }
            Engine::Mt19937(twister) => {
                let (state, used) = twister.parts();
                let spare = twister.spare_normal;
                bytes.extend([MT19937, u8::from(spare.is_some())]);
                bytes.extend(twister.seed().to_le_bytes());
                bytes.extend((used as u64).to_le_bytes());
                bytes.extend(spare.unwrap_or(0.0).to_le_bytes());
                bytes.extend(state.iter().flat_map(|w| w.to_le_bytes()));
            }
        }
        bytes
    }

    /// Goes back to where [`get_state`](Generator::get_state) was called, with the algorithm of then.
    ///
    /// # Errors
    /// If the bytes are not a state. The generator stays as it was.
    pub fn set_state(&self, bytes: &[u8]) -> Result<(), BadState> {
        let engine = parse_state(bytes).ok_or(BadState { bytes: bytes.len() })?;
        *self.engine() = engine;
        Ok(())
    }
}

const PHILOX: u8 = 1;
const MT19937: u8 = 2;

fn parse_state(bytes: &[u8]) -> Option<Engine> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    match *head {
        [PHILOX, unused] => {
            let (words, []) = rest.as_chunks::<8>() else {
                return None;
            };
            let words: [[u8; 8]; 5] = words.try_into().ok()?;
            Philox::from_words(words.map(u64::from_le_bytes), unused).map(Engine::Philox)
        }
        [MT19937, has_spare] => {
            let (seed, rest) = rest.split_first_chunk::<8>()?;
            let (used, rest) = rest.split_first_chunk::<8>()?;
            let (spare, rest) = rest.split_first_chunk::<8>()?;
            let (words, []) = rest.as_chunks::<4>() else {
                return None;
            };
            let words: &[[u8; 4]; 624] = words.try_into().ok()?;
            let spare = match has_spare {
                0 => None,
                1 => Some(f64::from_le_bytes(*spare)),
                _ => return None,
            };
            Mt19937::from_parts(
                u64::from_le_bytes(*seed),
                words.map(u32::from_le_bytes),
                usize::try_from(u64::from_le_bytes(*used)).ok()?,
                spare,
            )
            .map(|twister| Engine::Mt19937(Box::new(twister)))
        }
        _ => None,
    }
}

/// The 64 bits of one 53-bit or wide draw: words from both halves of a group.
#[inline(always)]
fn pair(words: &[u32; GROUP], i: usize) -> u64 {
    u64::from(words[i]) | u64::from(words[i + GROUP / 2]) << 32
}

fn normals_f32(words: &[u32; GROUP]) -> [f32; GROUP] {
    // 31 bits near zero, so that the tails reach 6.5 standard deviations.
    let fine = |word: u32| ((word >> 1) | 1) as i32 as f32 * (1.0 / 2_147_483_648.0);
    let mut u = std::array::from_fn(|i| fine(words[i]));
    let mut v = std::array::from_fn(|i| unit_f32(words[i + GROUP / 2]));
    box_muller_f32(&mut u, &mut v);
    join(u, v)
}

fn normals_f64(words: &[u32; GROUP]) -> [f64; GROUP / 2] {
    let mut u = std::array::from_fn(|i| 1.0 - unit_f64(pair(words, i)));
    let mut v = std::array::from_fn(|i| unit_f64(pair(words, i + GROUP / 4)));
    box_muller_f64(&mut u, &mut v);
    join(u, v)
}

#[inline(always)]
fn join<T: Copy, const K: usize, const P: usize>(first: [T; K], second: [T; K]) -> [T; P] {
    const { assert!(P == 2 * K) };
    std::array::from_fn(|i| if i < K { first[i] } else { second[i - K] })
}

/// Unforeseeable bits: the keys of the standard library's hash maps, the time, the process.
fn entropy() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    if let Ok(now) = std::time::UNIX_EPOCH.elapsed() {
        hasher.write_u128(now.as_nanos());
    }
    hasher.finish()
}

static DEFAULT: LazyLock<Generator> = LazyLock::new(|| Generator::new(entropy()));

/// The generator used where none is given. Until it is seeded, its sequence is a different one in each process.
pub fn default_generator() -> &'static Generator {
    &DEFAULT
}

/// Starts the default generator's sequence of `seed`.
pub fn manual_seed(seed: u64) {
    default_generator().manual_seed(seed);
}

/// Starts the default generator on a sequence nobody can foresee, and tells its seed.
pub fn seed() -> u64 {
    default_generator().seed()
}

/// The seed of the default generator's current sequence.
pub fn initial_seed() -> u64 {
    default_generator().initial_seed()
}
