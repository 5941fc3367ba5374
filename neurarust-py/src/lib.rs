//! NeuraRust's Python module: thin bindings over the Rust crates. What can be derived from a table is (`elementwise`);
//! formulas, kernels and distributions are Rust's, classes that users extend are Python's (`python/neurarust`).

mod attention;
mod audit;
mod autograd;
mod complex;
mod convert;
mod create;
mod custom;
mod data;
mod dlpack;
mod dtype;
mod elementwise;
mod error;
mod fft;
mod function;
mod functional;
mod gather;
mod indexing;
mod init;
mod interrupt;
mod io;
mod linalg;
mod methods;
mod numpy;
mod operators;
mod optim;
mod place;
mod product;
mod profiler;
mod random;
mod reduce;
mod restrided;
mod scatter;
mod sort;
mod sparse;
mod special;
mod statistics;
mod tensor;
mod threads;
mod views;
mod vision;

use pyo3::prelude::*;

/// The compiled part of `neurarust`.
#[pymodule(name = "_C")]
fn compiled(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    dtype::register(m)?;
    m.add_class::<tensor::PyTensor>()?;
    let class = py.get_type::<tensor::PyTensor>();
    elementwise::register(&class)?;
    create::register(m)?;
    numpy::register(m)?;
    dlpack::register(m)?;
    autograd::register(m)?;
    complex::register(m)?;
    fft::register(m)?;
    custom::register(m)?;
    audit::register(m)?;
    functional::register(m)?;
    vision::register(m)?;
    attention::register(m)?;
    gather::register(m)?;
    function::register(m)?;
    scatter::register(m)?;
    data::register(m)?;
    sort::register(m)?;
    sparse::register(m)?;
    statistics::register(m)?;
    linalg::register(m)?;
    product::register(m)?;
    profiler::register(m)?;
    optim::register(m)?;
    random::register(m)?;
    init::register(m)?;
    io::register(m)?;
    threads::register(m)?;
    interrupt::register();
    place::register();
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
