//! MNIST, and the sets that copied its files (Fashion-MNIST, KMNIST): images and labels in two IDX files per split.

use super::idx::{self, Idx, IdxData};
use super::{image_tensor, label_tensor};
use crate::TensorDataset;
use crate::error::{DataError, DataResult, report};
use neurarust_core::{Result, Tensor};
use std::path::{Path, PathBuf};

/// Which part of a data set.
///
/// ```no_run
/// use neurarust_data::datasets::{Mnist, Split};
/// let (train, test) = (Mnist::open("data/mnist", Split::Train)?, Mnist::open("data/mnist", Split::Test)?);
/// assert_eq!((train.len(), test.len()), (60_000, 10_000));
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// The part to learn from (MNIST: 60,000 images).
    Train,
    /// The part to be judged on (MNIST: 10,000 images).
    Test,
}

/// Handwritten digits, 28 × 28 pixels of 0 … 255 in ten classes (LeCun, Cortes and Burges).
///
/// ```no_run
/// use neurarust_data::DataLoader;
/// use neurarust_data::datasets::{Mnist, Split};
///
/// let train = Mnist::open("data/mnist", Split::Train)?;
/// let loader = DataLoader::builder(train.dataset()?).batch_size(64).shuffle(true).build()?;
/// # Ok::<(), neurarust_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mnist {
    pixels: Vec<u8>,
    labels: Vec<u8>,
    rows: usize,
    columns: usize,
}

impl Mnist {
    /// How many classes there are.
    pub const CLASSES: usize = 10;

    /// Reads one split from a folder that holds, for example, `train-images-idx3-ubyte.gz` and
    /// `train-labels-idx1-ubyte.gz`.
    ///
    /// The names may have a dot or a hyphen before `idx`, and may end in `.gz` or not. The folder that
    /// torchvision fills (`MNIST/raw` inside the given one) is found too.
    ///
    /// ```
    /// use neurarust_data::datasets::{Mnist, Split};
    /// let missing = Mnist::open("no/such/folder", Split::Train).unwrap_err();
    /// assert!(missing.to_string().contains("train-images-idx3-ubyte"));
    /// ```
    ///
    /// # Errors
    /// A file is missing, is damaged or lies about its size, the two files differ in their count, or a label is no
    /// digit.
    #[track_caller]
    pub fn open(folder: impl AsRef<Path>, split: Split) -> Result<Mnist> {
        let read = |folder: &Path| {
            let images = find(folder, split, "images", 3)?;
            let labels = find(folder, split, "labels", 1)?;
            Mnist::read(&images, &labels)
        };
        report("Mnist::open", read(folder.as_ref()))
    }

    /// Reads the images from one file and their labels from another.
    ///
    /// ```
    /// # use neurarust_data::datasets::Mnist;
    /// let folder = std::path::Path::new("tests/tiny"); // two images
    /// let mnist = Mnist::open_files(folder.join("train-images-idx3-ubyte"), folder.join("train-labels-idx1-ubyte"))?;
    /// assert_eq!(mnist.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Mnist::open).
    #[track_caller]
    pub fn open_files(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Mnist> {
        report(
            "Mnist::open_files",
            Mnist::read(images.as_ref(), labels.as_ref()),
        )
    }

    fn read(images: &Path, labels: &Path) -> DataResult<Mnist> {
        let image_name = images.display().to_string();
        let label_name = labels.display().to_string();
        let images = idx::read_file(images, idx::DEFAULT_LIMIT)?;
        let labels = idx::read_file(labels, idx::DEFAULT_LIMIT)?;
        Mnist::join((images, &image_name), (labels, &label_name))
    }

    fn join(images: (Idx, &str), labels: (Idx, &str)) -> DataResult<Mnist> {
        let (images, image_name) = images;
        let (labels, label_name) = labels;
        let (image_shape, IdxData::U8(pixels)) = images.into_parts() else {
            return Err(DataError::malformed(
                image_name,
                "unsigned bytes (type code 08)",
                "another type",
            ));
        };
        let &[count, rows, columns] = &image_shape[..] else {
            return Err(DataError::malformed(
                image_name,
                "images of shape (count, rows, columns)",
                format!("shape {image_shape:?}"),
            ));
        };
        let (label_shape, IdxData::U8(labels)) = labels.into_parts() else {
            return Err(DataError::malformed(
                label_name,
                "unsigned bytes (type code 08)",
                "another type",
            ));
        };
        if label_shape != [count] {
            return Err(DataError::malformed(
                label_name,
                format!("one label for each of the {count} images of {image_name}"),
                format!("shape {label_shape:?}"),
            ));
        }
        let wrong = |label: &u8| usize::from(*label) >= Mnist::CLASSES;
        if let Some(index) = labels.iter().position(wrong) {
            return Err(DataError::malformed(
                label_name,
                format!("labels below {}", Mnist::CLASSES),
                format!("{} at index {index}", labels[index]),
            ));
        }
        Ok(Mnist {
            pixels,
            labels,
            rows,
            columns,
        })
    }

    /// How many images there are.
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// assert_eq!(mnist.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// assert!(!mnist.is_empty());
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Height and width of an image.
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// assert_eq!(mnist.image_size(), (1, 3)); // 28 × 28 in the real files
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn image_size(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// The pixels, 0 … 255: (count, rows, columns), row-major.
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// assert_eq!(mnist.pixel_bytes(), [0, 128, 255, 1, 2, 3]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn pixel_bytes(&self) -> &[u8] {
        &self.pixels
    }

    /// The labels, 0 … 9: (count).
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// assert_eq!(mnist.label_bytes(), [7, 9]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    pub fn label_bytes(&self) -> &[u8] {
        &self.labels
    }

    /// The images, 0.0 … 1.0: `f32` of shape (count, 1, rows, columns).
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// let images = mnist.images()?;
    /// assert_eq!((images.dims(), images.max()?.item::<f32>()?), (&[2, 1, 1, 3][..], 1.0));
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn images(&self) -> Result<Tensor> {
        let shape = [self.len(), 1, self.rows, self.columns];
        image_tensor(&self.pixels, shape, u8::MAX)
    }

    /// The labels, 0 … 9: `i64` of shape (count).
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// assert_eq!(mnist.labels()?.to_vec::<i64>()?, [7, 9]);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn labels(&self) -> Result<Tensor> {
        label_tensor(&self.labels)
    }

    /// [`images`](Self::images) and [`labels`](Self::labels) as a data set.
    ///
    /// ```
    /// # use neurarust_data::datasets::{Mnist, Split};
    /// let mnist = Mnist::open("tests/tiny", Split::Train)?; // two images
    /// use neurarust_data::Dataset;
    /// assert_eq!(mnist.dataset()?.len(), 2);
    /// # Ok::<(), neurarust_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// No memory.
    #[track_caller]
    pub fn dataset(&self) -> Result<TensorDataset> {
        TensorDataset::new((self.images()?, self.labels()?))
    }
}

fn find(folder: &Path, split: Split, what: &str, rank: u8) -> DataResult<PathBuf> {
    let prefix = match split {
        Split::Train => "train",
        Split::Test => "t10k",
    };
    let mut names = Vec::new();
    for separator in ['-', '.'] {
        for extension in ["", ".gz"] {
            names.push(format!(
                "{prefix}-{what}{separator}idx{rank}-ubyte{extension}"
            ));
        }
    }
    let folders = [folder.to_path_buf(), folder.join("MNIST").join("raw")];
    folders
        .iter()
        .flat_map(|folder| names.iter().map(|name| folder.join(name)))
        .find(|path| path.is_file())
        .ok_or_else(|| DataError::Missing {
            what: format!("MNIST {what}"),
            folder: folder.to_path_buf(),
            names,
            hint:
                "Pass the folder that holds the files, or download them first (feature `download`, \
                   `neurarust_data::download::mnist`)."
                    .into(),
        })
}
