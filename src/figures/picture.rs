//! A picture as data: panels with series or maps, in the units of what was computed.

use serde::{Deserialize, Serialize};

/// Panels side by side, row after row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Name of its files, without an ending.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Panels in a row.
    pub columns: usize,
    /// The panels.
    pub panels: Vec<Panel>,
}

/// One panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Panel {
    /// Curves and points over axes.
    Chart(Chart),
    /// A matrix of values as coloured squares.
    Map(PixelMap),
}

/// One axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Quantity and unit.
    pub label: String,
    /// Powers of ten instead of equal steps.
    pub logarithmic: bool,
    /// From and to; from the data if left out.
    pub range: Option<[f64; 2]>,
}

/// How the points of a series are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Joined.
    Line,
    /// Joined by dashes.
    Dashed,
    /// Each for itself.
    Points,
    /// Each for itself, and joined.
    LinePoints,
}

/// Lower and upper ends beside each point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// Error bars.
    Bars(Vec<[f64; 2]>),
    /// A shaded region.
    Shaded(Vec<[f64; 2]>),
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Name in the legend; not listed if empty.
    pub label: String,
    /// Points as (x, y).
    pub points: Vec<[f64; 2]>,
    /// How they are drawn.
    pub style: Style,
    /// Intervals around them, one for each point.
    pub band: Option<Band>,
}

/// A line across the chart, with a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// At this y.
    Horizontal(f64, String),
    /// At this x.
    Vertical(f64, String),
}

/// Curves and points over axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What the panel shows.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The data.
    pub series: Vec<Series>,
    /// Reference lines.
    pub marks: Vec<Mark>,
}

/// A matrix of values as coloured squares, first row on top.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PixelMap {
    /// What the panel shows.
    pub title: String,
    /// Squares in a row.
    pub columns: usize,
    /// Row after row.
    pub values: Vec<f64>,
    /// Ends of the colour scale; from the data if left out.
    pub range: Option<[f64; 2]>,
}
