//! Layers, losses and initialisers with PyTorch's names, defaults and meanings.
