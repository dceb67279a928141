//! Panels side by side, row after row.

use super::canvas::{Anchor, Canvas, Letters, Setting};
use super::chart::{ChartLayout, LINE};
use super::map::MapLayout;
use super::palette::INK;
use crate::figures::{Panel, Picture};

const EDGE: f64 = 10.0;
const GAP: f64 = 14.0;
/// Width of a chart.
const CHART: f64 = 470.0;
/// Width of a row that has maps only, as long as its maps can be seen.
const MAPS: f64 = 960.0;

enum Part<'a> {
    Chart(ChartLayout<'a>),
    Map(MapLayout<'a>),
}

/// Where everything is.
pub(super) struct PictureLayout<'a> {
    title: Vec<String>,
    parts: Vec<(Part<'a>, [f64; 2])>,
    size: [f64; 2],
}

impl<'a> PictureLayout<'a> {
    pub(super) fn new(picture: &'a Picture) -> Self {
        let columns = picture.columns.clamp(1, picture.panels.len().max(1));
        let panel = if picture.panels.iter().any(|p| matches!(p, Panel::Chart(_))) {
            CHART
        } else {
            (MAPS / columns as f64 - GAP).clamp(110.0, 400.0)
        };
        let width = 2.0 * EDGE + panel * columns as f64 + GAP * (columns - 1) as f64;
        let title = Letters::Title.wrapped(&picture.title, width - 2.0 * EDGE);
        let mut top = EDGE + LINE * title.len() as f64 + 4.0;
        let mut parts = Vec::new();
        for row in picture.panels.chunks(columns) {
            let mut tallest = 0.0f64;
            for (i, content) in row.iter().enumerate() {
                let part = match content {
                    Panel::Chart(chart) => Part::Chart(ChartLayout::new(chart, panel)),
                    Panel::Map(map) => Part::Map(MapLayout::new(map, panel)),
                };
                tallest = tallest.max(match &part {
                    Part::Chart(chart) => chart.height(),
                    Part::Map(map) => map.height(),
                });
                parts.push((part, [EDGE + (panel + GAP) * i as f64, top]));
            }
            top += tallest + GAP;
        }
        Self {
            title,
            parts,
            size: [width, top - GAP + EDGE],
        }
    }

    /// Width and height in points.
    pub(super) fn size(&self) -> [f64; 2] {
        self.size
    }

    pub(super) fn draw(&self, canvas: &mut impl Canvas) {
        let setting = Setting {
            letters: Letters::Title,
            anchor: Anchor::Start,
            colour: INK,
            upwards: false,
        };
        for (i, line) in self.title.iter().enumerate() {
            canvas.text([EDGE + 4.0, EDGE + 12.0 + LINE * i as f64], line, setting);
        }
        for (part, corner) in &self.parts {
            match part {
                Part::Chart(chart) => chart.draw(canvas, *corner),
                Part::Map(map) => map.draw(canvas, *corner),
            }
        }
    }

    /// Where a point of the first panel lies.
    #[cfg(test)]
    pub(super) fn place_in_first(&self, point: [f64; 2]) -> Option<[f64; 2]> {
        match self.parts.first()? {
            (Part::Chart(chart), corner) => chart.place(*corner, point),
            (Part::Map(_), _) => None,
        }
    }
}
