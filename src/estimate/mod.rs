//! Estimates and tests whose size is valid at finite sample size.
