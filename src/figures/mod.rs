//! The published experiments, re-run and judged: one module for each figure.
//!
//! An [`Experiment`] is data plus a function. The function gets a [`Run`] (scale, seed, a store for
//! finished stages, a place for progress) and returns a [`FigureRecord`]: what was published, what was
//! chosen because the text leaves it open, numbers, pictures, and a
//! [`Finding`](crate::ledger::Finding) for each claim. Pictures are data here; `report` draws them.

mod block_levels;
mod correlations;
mod entries;
mod exact_curves;
mod expected;
mod experiment;
mod fig2;
mod fig3;
mod fig4;
mod fig5;
mod fig6;
mod fig7;
mod flow;
mod flows;
pub mod ising_data;
mod ising_dimensions;
mod judgement;
pub mod machines;
mod picture;
mod thermometers;
mod torus_conformal;
mod unit_maps;

pub use expected::expected_verdict;
pub use experiment::{
    Experiment, FigureError, FigureRecord, Parameter, Run, Scale, Stages, experiments,
};
pub use picture::{Axis, Band, Chart, Mark, Panel, Picture, PixelMap, Series, Style};
