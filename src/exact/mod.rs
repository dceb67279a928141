//! Exact engines: partition functions and averages with rigorous bounds.
