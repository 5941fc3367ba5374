//! `Generator`: a shared handle on a sequence of random numbers, which fills arrays in parallel where the algorithm can.

use super::philox::GROUP;
use super::{Mt19937, Philox, Random, scale_64, scale_128, unit_f32, unit_f64};
use crate::cpu::normal::{box_muller_f32, box_muller_f64};
use crate::cpu::pool::parallel_for;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

/// How a [`Generator`] makes its numbers.
///
/// ```
/// use neurarust_core::random::{Generator, Kind};
/// let draw = |kind| Generator::with_kind(kind, 7).next_u64();
/// assert_ne!(draw(Kind::Philox), draw(Kind::Torch));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Counter-based ([`Philox`]); fills arrays on all threads. The default.
    Philox,
    /// PyTorch's CPU generator ([`Mt19937`]), number for number, one after the other.
    Torch,
}

#[derive(Clone, Debug, PartialEq)]
enum Engine {
    Philox(Philox),
    Mt19937(Box<Mt19937>),
}

impl Engine {
    fn new(kind: Kind, seed: u64) -> Engine {
        match kind {
            Kind::Philox => Engine::Philox(Philox::new(seed)),
            Kind::Torch => Engine::Mt19937(Box::new(Mt19937::new(seed))),
        }
    }
}

impl Random for Engine {
    fn next_u32(&mut self) -> u32 {
        match self {
            Engine::Philox(philox) => philox.next_u32(),
            Engine::Mt19937(twister) => twister.next_u32(),
        }
    }

    fn next_u64(&mut self) -> u64 {
        match self {
            Engine::Philox(philox) => philox.next_u64(),
            Engine::Mt19937(twister) => twister.next_u64(),
        }
    }

    fn normal_f64(&mut self) -> f64 {
        match self {
            Engine::Philox(philox) => philox.normal_f64(),
            Engine::Mt19937(twister) => twister.next_normal(),
        }
    }
}

/// Bytes that are no generator's state.
///
/// ```
/// use neurarust_core::random::{BadState, Generator};
/// assert_eq!(Generator::new(7).set_state(&[1, 2, 3]), Err(BadState { bytes: 3 }));
/// ```
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
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// assert_eq!(Generator::new(7).next_u64(), Generator::new(7).next_u64());
    /// assert_ne!(Generator::new(7).next_u64(), Generator::new(8).next_u64());
    /// ```
    pub fn new(seed: u64) -> Generator {
        Generator::with_kind(Kind::Philox, seed)
    }

    /// A generator that draws what PyTorch's CPU generator draws from the same seed.
    ///
    /// ```
    /// use neurarust_core::{Tensor, random::Generator};
    /// let x = Tensor::rand_with(2, &Generator::torch(0))?;
    /// assert_eq!(x.to_vec::<f32>()?, [0.49625659, 0.76822180]); // torch.manual_seed(0); torch.rand(2)
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn torch(seed: u64) -> Generator {
        Generator::with_kind(Kind::Torch, seed)
    }

    /// A generator of either kind.
    ///
    /// ```
    /// # use neurarust_core::random::{Generator, Kind};
    /// let generator = Generator::with_kind(Kind::Torch, 7);
    /// assert_eq!(generator.next_u32(), Generator::torch(7).next_u32());
    /// ```
    pub fn with_kind(kind: Kind, seed: u64) -> Generator {
        Generator(Arc::new(Mutex::new(Engine::new(kind, seed))))
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        // A state is valid between any two draws.
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Of which kind it is.
    ///
    /// ```
    /// # use neurarust_core::random::{Generator, Kind};
    /// assert_eq!(Generator::new(0).kind(), Kind::Philox);
    /// ```
    pub fn kind(&self) -> Kind {
        match *self.engine() {
            Engine::Philox(_) => Kind::Philox,
            Engine::Mt19937(_) => Kind::Torch,
        }
    }

    /// Makes it one of `kind`, at the start of the current seed's sequence. Nothing changes if it is one already.
    ///
    /// ```
    /// # use neurarust_core::random::{Generator, Kind};
    /// let generator = Generator::new(7);
    /// generator.set_kind(Kind::Torch);
    /// assert_eq!(generator.next_u32(), Generator::torch(7).next_u32());
    /// ```
    pub fn set_kind(&self, kind: Kind) {
        if self.kind() != kind {
            let seed = self.initial_seed();
            *self.engine() = Engine::new(kind, seed);
        }
    }

    /// Lends the source of the numbers for draws one after the other.
    pub(crate) fn draw<R>(&self, f: impl FnOnce(&mut dyn Random) -> R) -> R {
        f(&mut *self.engine())
    }

    /// Starts the sequence of `seed`.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(0);
    /// generator.next_u64();
    /// assert_eq!(generator.manual_seed(7).next_u64(), Generator::new(7).next_u64());
    /// ```
    pub fn manual_seed(&self, seed: u64) -> &Generator {
        let kind = self.kind();
        *self.engine() = Engine::new(kind, seed);
        self
    }

    /// Starts a sequence nobody can foresee, and tells its seed.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(0);
    /// let seed = generator.seed();
    /// assert_eq!(generator.next_u64(), Generator::new(seed).next_u64());
    /// ```
    pub fn seed(&self) -> u64 {
        let seed = entropy();
        self.manual_seed(seed);
        seed
    }

    /// The seed of the current sequence.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(7);
    /// generator.next_u64();
    /// assert_eq!(generator.initial_seed(), 7);
    /// ```
    pub fn initial_seed(&self) -> u64 {
        match &*self.engine() {
            Engine::Philox(philox) => philox.seed(),
            Engine::Mt19937(twister) => twister.seed(),
        }
    }

    /// A generator of its own that will draw the same numbers from here on.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(7);
    /// let twin = generator.fork();
    /// assert_eq!(generator.next_u64(), twin.next_u64()); // a clone would go on instead
    /// ```
    pub fn fork(&self) -> Generator {
        Generator(Arc::new(Mutex::new(self.engine().clone())))
    }

    /// 32 random bits.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(7);
    /// assert_ne!(generator.next_u32(), generator.next_u32());
    /// ```
    pub fn next_u32(&self) -> u32 {
        self.engine().next_u32()
    }

    /// 64 random bits.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(7);
    /// assert_ne!(generator.next_u64(), generator.next_u64());
    /// ```
    pub fn next_u64(&self) -> u64 {
        self.engine().next_u64()
    }

    /// Fills `out` with uniform numbers in `[0, 1)`, multiples of 2⁻²⁴.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let mut x = [2f32; 100];
    /// Generator::new(7).fill_uniform_f32(&mut x);
    /// assert!(x.iter().all(|x| (0.0..1.0).contains(x)));
    /// ```
    pub fn fill_uniform_f32(&self, out: &mut [f32]) {
        self.fill(
            out,
            |words| words.map(unit_f32),
            |twister, out| twister.fill_uniform_f32(out),
        );
    }

    /// Fills `out` with uniform numbers in `[0, 1)`, multiples of 2⁻⁵³.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let mut x = [2f64; 100];
    /// Generator::new(7).fill_uniform_f64(&mut x);
    /// assert!(x.iter().all(|x| (0.0..1.0).contains(x)));
    /// ```
    pub fn fill_uniform_f64(&self, out: &mut [f64]) {
        self.fill(
            out,
            |words| -> [f64; GROUP / 2] { std::array::from_fn(|i| unit_f64(pair(words, i))) },
            |twister, out| out.iter_mut().for_each(|x| *x = twister.uniform_f64()),
        );
    }

    /// Fills `out` with standard normal numbers. (Their last bits depend on the instruction set.)
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let mut x = [0f32; 1000];
    /// Generator::new(7).fill_normal_f32(&mut x);
    /// assert!((x.iter().map(|x| x * x).sum::<f32>() / 1000.0 - 1.0).abs() < 0.3);
    /// ```
    pub fn fill_normal_f32(&self, out: &mut [f32]) {
        self.fill(out, normals_f32, |twister, out| {
            twister.fill_normal_f32(out)
        });
    }

    /// Fills `out` with standard normal numbers.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let mut x = [0f64; 1000];
    /// Generator::new(7).fill_normal_f64(&mut x);
    /// assert!((x.iter().map(|x| x * x).sum::<f64>() / 1000.0 - 1.0).abs() < 0.3);
    /// ```
    pub fn fill_normal_f64(&self, out: &mut [f64]) {
        self.fill(out, normals_f64, |twister, out| {
            twister.fill_normal_f64(out)
        });
    }

    /// Fills `out` with standard normal numbers as single draws: where PyTorch draws them so, however many there are.
    pub(crate) fn fill_single_normals(&self, out: &mut [f64]) {
        self.fill(out, normals_f64, |twister, out| {
            out.iter_mut().for_each(|x| *x = twister.next_normal());
        });
    }

    /// Fills `out` with standard normal numbers that will be rounded to half precision, which PyTorch draws by whole sixteens.
    pub(crate) fn fill_normal_for_halves(&self, out: &mut [f32]) {
        self.fill(out, normals_f32, |twister, out| {
            let whole = if out.len() < 16 {
                0
            } else {
                out.len() / 16 * 16
            };
            twister.fill_normal_f32(&mut out[..whole]);
            match out.len() {
                n if n == whole => {}
                n if n < 16 => twister.fill_normal_f32(out),
                n => twister.fill_normal_f32(&mut out[n - 16..]),
            }
        });
    }

    /// Fills `out` with integers in `0..range`, or any where `range` is 0.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let mut dice = [9u64; 100];
    /// Generator::new(7).fill_below(6, &mut dice);
    /// assert!(dice.iter().all(|n| *n < 6));
    /// ```
    pub fn fill_below(&self, range: u64, out: &mut [u64]) {
        self.fill_integers(range, out, |twister| twister.below(range));
    }

    /// As [`fill_below`](Generator::fill_below), of draws of 64 bits if `wide` and 32 otherwise: how PyTorch fills all of a type's range.
    pub(crate) fn fill_range(&self, range: u64, wide: bool, out: &mut [u64]) {
        self.fill_integers(range, out, |twister| match wide {
            true => twister.next_u64() % range.max(1),
            false => u64::from(twister.next_u32()) % range.max(1),
        });
    }

    fn fill_integers(&self, range: u64, out: &mut [u64], one: impl Fn(&mut Mt19937) -> u64) {
        let twist = |twister: &mut Mt19937, out: &mut [u64]| {
            out.iter_mut().for_each(|x| *x = one(twister));
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
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let mut cards: Vec<u32> = (0..52).collect();
    /// Generator::new(7).shuffle(&mut cards);
    /// assert!(!cards.is_sorted());
    /// cards.sort();
    /// assert_eq!(cards, (0..52).collect::<Vec<u32>>());
    /// ```
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

    /// The state, for [`set_state`](Generator::set_state). PyTorch reads that of a generator of its kind, and the other way round.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let generator = Generator::new(7);
    /// let state = generator.get_state();
    /// let drawn = generator.next_u64();
    /// generator.set_state(&state).unwrap();
    /// assert_eq!(generator.next_u64(), drawn);
    /// ```
    pub fn get_state(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match &*self.engine() {
            Engine::Philox(philox) => {
                bytes.extend([PHILOX, philox.unused()]);
                bytes.extend(philox.to_words().iter().flat_map(|w| w.to_le_bytes()));
            }
            Engine::Mt19937(twister) => {
                bytes.extend(twister.to_bytes());
            }
        }
        bytes
    }

    /// Goes back to where [`get_state`](Generator::get_state) was called, as the kind it was then.
    ///
    /// ```
    /// # use neurarust_core::random::Generator;
    /// let (a, b) = (Generator::new(7), Generator::new(8));
    /// b.set_state(&a.get_state()).unwrap();
    /// assert_eq!(a.next_u64(), b.next_u64());
    /// assert!(b.set_state(b"no state").is_err());
    /// ```
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

fn parse_state(bytes: &[u8]) -> Option<Engine> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    match *head {
        [PHILOX, unused] if rest.len() == 40 => {
            let (words, _) = rest.as_chunks::<8>();
            let words: [[u8; 8]; 5] = words.try_into().ok()?;
            Philox::from_words(words.map(u64::from_le_bytes), unused).map(Engine::Philox)
        }
        _ => Mt19937::from_bytes(bytes).map(|twister| Engine::Mt19937(Box::new(twister))),
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
///
/// ```
/// use neurarust_core::random::{default_generator, initial_seed};
/// assert_eq!(default_generator().initial_seed(), initial_seed());
/// ```
pub fn default_generator() -> &'static Generator {
    &DEFAULT
}

/// Makes the default generator one of `kind`: after `set_default(Kind::Torch)`, a seed gives PyTorch's numbers and initial weights.
///
/// ```
/// use neurarust_core::{Tensor, random::{Kind, manual_seed, set_default}};
/// set_default(Kind::Torch);
/// manual_seed(0);
/// assert_eq!(Tensor::rand(2)?.to_vec::<f32>()?, [0.49625659, 0.76822180]); // as PyTorch
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn set_default(kind: Kind) {
    default_generator().set_kind(kind);
}

/// Starts the default generator's sequence of `seed`.
///
/// ```
/// use neurarust_core::{Tensor, random::manual_seed};
/// let draw = || {
///     manual_seed(0);
///     Tensor::rand([3])?.to_vec::<f32>()
/// };
/// assert_eq!(draw()?, draw()?);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
pub fn manual_seed(seed: u64) {
    default_generator().manual_seed(seed);
}

/// Starts the default generator on a sequence nobody can foresee, and tells its seed.
///
/// ```
/// use neurarust_core::random::{initial_seed, seed};
/// assert_eq!(seed(), initial_seed());
/// ```
pub fn seed() -> u64 {
    default_generator().seed()
}

/// The seed of the default generator's current sequence.
///
/// ```
/// use neurarust_core::random::{initial_seed, manual_seed};
/// manual_seed(7);
/// assert_eq!(initial_seed(), 7);
/// ```
pub fn initial_seed() -> u64 {
    default_generator().initial_seed()
}
