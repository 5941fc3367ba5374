//! The state of a module by names, and what loading one reports.

use crate::visit::{Observer, Role};
use neurarust_core::{Error, Result, Shape, Tensor, io, no_grad};
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Tensors by name, in order.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::StateDict;
/// let state: StateDict = [("weight", Tensor::zeros([2, 3])?), ("bias", Tensor::zeros([2])?)].into_iter().collect();
/// assert_eq!(state.get("bias").unwrap().dims(), [2]);
/// assert_eq!(state.names().collect::<Vec<_>>(), ["weight", "bias"]);
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct StateDict {
    entries: Vec<(String, Tensor)>,
    index: HashMap<String, usize>,
}

impl StateDict {
    /// An empty one.
    ///
    /// ```
    /// assert!(neurarust_nn::StateDict::new().is_empty());
    /// ```
    pub fn new() -> StateDict {
        StateDict::default()
    }

    /// The tensor called `name`.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let state = Linear::new(3, 2)?.state_dict();
    /// assert_eq!(state.get("weight").unwrap().dims(), [2, 3]);
    /// assert!(state.get("gain").is_none());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.index.get(name).map(|&i| &self.entries[i].1)
    }

    /// Adds a tensor, or replaces the one of that name, which is answered.
    ///
    /// ```
    /// use neurarust_core::Tensor;
    /// use neurarust_nn::StateDict;
    /// let mut state = StateDict::new();
    /// assert!(state.insert("epoch", Tensor::new(1i64)?).is_none());
    /// assert_eq!(state.insert("epoch", Tensor::new(2i64)?).unwrap().item::<i64>()?, 1);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Option<Tensor> {
        let name = name.into();
        match self.index.get(&name) {
            Some(&i) => Some(std::mem::replace(&mut self.entries[i].1, tensor)),
            None => {
                self.index.insert(name.clone(), self.entries.len());
                self.entries.push((name, tensor));
                None
            }
        }
    }

    /// Number of tensors.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// assert_eq!(Linear::new(3, 2)?.state_dict().len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// use neurarust_nn::{Module, ReLU};
    /// assert!(ReLU::new().state_dict().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The names, in order.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let state = Linear::new(3, 2)?.state_dict();
    /// assert_eq!(state.names().collect::<Vec<_>>(), ["weight", "bias"]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// Names and tensors, in order.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let state = Linear::new(3, 2)?.state_dict();
    /// assert_eq!(state.iter().map(|(_, t)| t.numel()).sum::<usize>(), 3 * 2 + 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.entries.iter().map(|(name, t)| (name.as_str(), t))
    }

    /// Saves to a `.safetensors` or `.npz` file, replacing it as a whole.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module, StateDict};
    /// let path = std::env::temp_dir().join(format!("linear-{}.safetensors", std::process::id()));
    /// let layer = Linear::new(3, 2)?;
    /// layer.state_dict().save(&path)?;
    /// layer.load_state_dict(&StateDict::load(&path)?)?;
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another ending of the name; a file that can't be written.
    #[track_caller]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        io::save(path, self.iter())
    }

    /// Loads a `.safetensors` or `.npz` file, such as [`StateDict::save`] writes. The tensors are the file's own; a
    /// module takes them by `load_state_dict`.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module, StateDict};
    /// let layer = Linear::new(3, 2)?;
    /// let path = std::env::temp_dir().join(format!("layer-{}.safetensors", std::process::id()));
    /// layer.state_dict().save(&path)?;
    /// layer.load_state_dict(&StateDict::load(&path)?)?;
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file that can't be read or isn't what its name says.
    #[track_caller]
    pub fn load(path: impl AsRef<Path>) -> Result<StateDict> {
        Ok(io::load(path)?.into_iter().collect())
    }

    /// A copy that shares no elements with the model: a checkpoint to come back to.
    ///
    /// ```
    /// use neurarust_core::no_grad;
    /// use neurarust_nn::{Linear, Module};
    /// let layer = Linear::new(3, 2)?;
    /// let before = layer.state_dict().try_clone()?;
    /// {
    ///     let _guard = no_grad();
    ///     layer.weight.fill_(7.0)?;
    /// }
    /// assert!(before.get("weight").unwrap().max()?.item::<f32>()? < 7.0);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn try_clone(&self) -> Result<StateDict> {
        let _guard = no_grad();
        self.iter()
            .map(|(name, t)| Ok((name.to_string(), t.detach().try_clone()?)))
            .collect()
    }
}

impl<N: Into<String>> FromIterator<(N, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (N, Tensor)>>(items: I) -> StateDict {
        let mut out = StateDict::new();
        for (name, tensor) in items {
            out.insert(name, tensor);
        }
        out
    }
}

impl IntoIterator for StateDict {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl fmt::Debug for StateDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self
            .iter()
            .map(|(n, t)| (n, format!("{} {}", t.dtype(), t.shape())));
        f.debug_map().entries(rows).finish()
    }
}

/// What loading a state left undone.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Linear, Module, StateDict};
/// let layer = Linear::new(3, 2)?;
/// let state: StateDict = [("weight", Tensor::ones([2, 2])?), ("scale", Tensor::ones([2])?)].into_iter().collect();
/// let report = layer.load_state_dict_lenient(&state)?;
/// assert_eq!((report.loaded, report.is_complete()), (0, false));
/// assert_eq!((report.missing[0].as_str(), report.unexpected[0].as_str()), ("bias", "scale"));
/// assert_eq!(report.mis_shaped[0].name, "weight");
/// assert!(layer.load_state_dict(&state).is_err());
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Number of tensors loaded.
    pub loaded: usize,
    /// Names of the model that the state lacks.
    pub missing: Vec<String>,
    /// Names of the state that the model lacks.
    pub unexpected: Vec<String>,
    /// Tensors whose shapes differ.
    pub mis_shaped: Vec<MisShaped>,
}

/// A tensor of a state whose shape isn't the model's.
///
/// ```
/// use neurarust_core::Tensor;
/// use neurarust_nn::{Linear, Module};
/// let state = [("weight", Tensor::ones([5, 3])?)].into_iter().collect();
/// let report = Linear::new(3, 2)?.load_state_dict_lenient(&state)?;
/// assert_eq!((report.mis_shaped[0].expected.dims(), report.mis_shaped[0].found.dims()), (&[2, 3][..], &[5, 3][..]));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MisShaped {
    /// Its name.
    pub name: String,
    /// The shape in the model.
    pub expected: Shape,
    /// The shape in the state.
    pub found: Shape,
}

impl LoadReport {
    /// Whether every tensor of both sides found its counterpart.
    ///
    /// ```
    /// use neurarust_nn::{Linear, Module};
    /// let (a, b) = (Linear::new(3, 2)?, Linear::new(3, 2)?);
    /// assert!(b.load_state_dict_lenient(&a.state_dict())?.is_complete());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.mis_shaped.is_empty()
    }

    /// The error of a strict load, unless all is well.
    #[track_caller]
    pub(crate) fn strict(&self) -> Result<()> {
        if self.is_complete() {
            return Ok(());
        }
        Err(Error::value(
            "load_state_dict",
            format!("nothing was loaded (load_state_dict_lenient loads what fits)\n{self}"),
        ))
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {} tensors fit", self.loaded)?;
        let mut names = |what: &str, names: &[String]| match names {
            [] => Ok(()),
            _ => write!(f, "\n  {what}: {}", names.join(", ")),
        };
        names("missing from the state", &self.missing)?;
        names("unknown to the model", &self.unexpected)?;
        for m in &self.mis_shaped {
            write!(
                f,
                "\n  {}: shape {} in the state, {} in the model",
                m.name, m.found, m.expected
            )?;
        }
        Ok(())
    }
}

/// Collects what belongs into a state.
#[derive(Default)]
pub(crate) struct Kept(pub Vec<(String, Tensor)>);

impl Observer for Kept {
    fn tensor(&mut self, path: &str, role: Role, tensor: &Tensor) {
        if role != Role::Transient {
            self.0.push((path.to_string(), tensor.clone()));
        }
    }
}

/// What is to be copied where.
pub(crate) struct Plan {
    pub report: LoadReport,
    copies: Vec<(Tensor, Tensor)>,
}

impl Plan {
    pub fn new(model: Vec<(String, Tensor)>, state: &StateDict) -> Plan {
        let mut report = LoadReport::default();
        let mut copies = Vec::new();
        let known: std::collections::HashSet<&str> =
            model.iter().map(|(name, _)| name.as_str()).collect();
        report.unexpected = state
            .names()
            .filter(|name| !known.contains(name))
            .map(str::to_string)
            .collect();
        for (name, target) in model {
            match state.get(&name) {
                None => report.missing.push(name),
                Some(source) if source.shape() != target.shape() => {
                    report.mis_shaped.push(MisShaped {
                        name,
                        expected: target.shape().clone(),
                        found: source.shape().clone(),
                    });
                }
                Some(source) => copies.push((target, source.clone())),
            }
        }
        report.loaded = copies.len();
        Plan { report, copies }
    }

    #[track_caller]
    pub fn run(self) -> Result<LoadReport> {
        let _guard = no_grad();
        for (target, source) in &self.copies {
            target.copy_(source)?;
        }
        Ok(self.report)
    }
}
