//! Datasets, samplers and a data loader with prefetching threads.
