//! A matrix of values as coloured squares with a colour bar.

use super::canvas::{Anchor, Canvas, Letters, Setting, Stroke};
use super::chart::LINE;
use super::palette::{ColourScale, INK};
use super::scale::short_label;
use crate::figures::PixelMap;

const BAR: f64 = 9.0;
const STEPS: usize = 48;

/// Where the parts of a map are, from its upper left corner.
pub(super) struct MapLayout<'a> {
    map: &'a PixelMap,
    title: Vec<String>,
    scale: ColourScale,
    rows: usize,
    /// Side of a square.
    side: f64,
    top: f64,
    labels: [String; 2],
}

impl<'a> MapLayout<'a> {
    /// A map in a panel of this width.
    pub(super) fn new(map: &'a PixelMap, panel: f64) -> Self {
        let scale = ColourScale::new(map.range, &map.values);
        let labels = [scale.to, scale.from].map(short_label);
        let title = Letters::Title.wrapped(&map.title, panel - 6.0);
        let rows = if map.columns == 0 {
            0
        } else {
            map.values.len().div_ceil(map.columns)
        };
        let beside = labels
            .iter()
            .map(|l| Letters::Small.width_of(l))
            .fold(0.0, f64::max)
            + BAR
            + 16.0;
        let room = (panel - beside - 4.0).max(20.0);
        let longer = rows.max(map.columns).max(1);
        Self {
            map,
            top: 6.0 + LINE * title.len() as f64,
            title,
            scale,
            rows,
            side: room / longer as f64,
            labels,
        }
    }

    pub(super) fn height(&self) -> f64 {
        self.top + self.bar_height() + 12.0
    }

    fn bar_height(&self) -> f64 {
        (self.side * self.rows as f64).max(30.0)
    }

    pub(super) fn draw(&self, canvas: &mut impl Canvas, corner: [f64; 2]) {
        let setting = |letters| Setting {
            letters,
            anchor: Anchor::Start,
            colour: INK,
            upwards: false,
        };
        for (i, line) in self.title.iter().enumerate() {
            let place = [corner[0] + 4.0, corner[1] + 12.0 + LINE * i as f64];
            canvas.text(place, line, setting(Letters::Title));
        }
        let [x, y] = [corner[0] + 4.0, corner[1] + self.top];
        let side = self.side;
        for (row, values) in self.map.values.chunks(self.map.columns.max(1)).enumerate() {
            if self.rows == 0 {
                break;
            }
            // Neighbours of one colour are one rectangle.
            let colours: Vec<_> = values.iter().map(|&v| self.scale.colour(v)).collect();
            let mut column = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                let place = [x + side * column as f64, y + side * row as f64];
                canvas.rectangle(place, [side * run.len() as f64, side], run[0]);
                column += run.len();
            }
        }
        let end = [
            x + side * self.map.columns as f64,
            y + side * self.rows as f64,
        ];
        let ink = Stroke::solid(INK, 0.8);
        canvas.line(&[[x, y], [end[0], y], end, [x, end[1]], [x, y]], ink);
        let bar = [end[0] + 8.0, y];
        let height = self.bar_height();
        let step = height / STEPS as f64;
        for i in 0..STEPS {
            let part = (i as f64 + 0.5) / STEPS as f64;
            let value = self.scale.to + part * (self.scale.from - self.scale.to);
            canvas.rectangle(
                [bar[0], bar[1] + step * i as f64],
                [BAR, step],
                self.scale.colour(value),
            );
        }
        let [right, low] = [bar[0] + BAR, bar[1] + height];
        canvas.line(&[bar, [right, y], [right, low], [bar[0], low], bar], ink);
        let small = setting(Letters::Small);
        canvas.text([right + 3.0, y + 8.0], &self.labels[0], small);
        canvas.text([right + 3.0, low], &self.labels[1], small);
    }
}
