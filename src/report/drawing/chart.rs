//! Curves and points over axes.

use super::canvas::{Anchor, Canvas, Colour, Letters, Setting, Stroke};
use super::clip::{clip_polygon, clip_segment};
use super::palette::{FAINT, GREY, INK, PAPER, of_series};
use super::scale::{Scale, Tick};
use crate::figures::{Band, Chart, Mark, Series, Style};

/// Height of the area of the data.
const DATA_HEIGHT: f64 = 236.0;
/// From one line of text to the next.
pub(super) const LINE: f64 = 16.0;
/// Below the data: named values and the label of the axis.
const BELOW: f64 = 40.0;
const RIGHT: f64 = 18.0;
const TICK: f64 = 4.0;
/// Length of the piece of line in the legend.
const SAMPLE: f64 = 26.0;
const LEGEND_GAP: f64 = 14.0;

/// Where the parts of a chart are, from its upper left corner.
pub(super) struct ChartLayout<'a> {
    chart: &'a Chart,
    title: Vec<String>,
    x: Scale,
    y: Scale,
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    left: f64,
    top: f64,
    width: f64,
    /// Series with a name, and where they stand below the chart.
    legend: Vec<(usize, String, [f64; 2])>,
    height: f64,
}

fn ends(series: &Series, coordinate: usize) -> impl Iterator<Item = f64> + '_ {
    let points = series.points.iter().map(move |p| p[coordinate]);
    let band = match &series.band {
        Some(Band::Bars(b) | Band::Shaded(b)) if coordinate == 1 => b.as_slice(),
        _ => &[],
    };
    points.chain(band.iter().flatten().copied())
}

impl<'a> ChartLayout<'a> {
    /// A chart of this width.
    pub(super) fn new(chart: &'a Chart, panel: f64) -> Self {
        let marks = |vertical: bool| {
            chart.marks.iter().filter_map(move |m| match m {
                Mark::Vertical(x, _) if vertical => Some(*x),
                Mark::Horizontal(y, _) if !vertical => Some(*y),
                _ => None,
            })
        };
        let values = |i: usize| chart.series.iter().flat_map(move |s| ends(s, i));
        let x = Scale::new(&chart.x, values(0).chain(marks(true)));
        let y = Scale::new(&chart.y, values(1).chain(marks(false)));
        let (x_ticks, y_ticks) = (x.ticks(6), y.ticks(5));
        let widest = y_ticks
            .iter()
            .map(|t| Letters::Label.width_of(&t.label))
            .fold(0.0, f64::max);
        let left = 22.0 + widest + TICK + 4.0;
        let title = Letters::Title.wrapped(&chart.title, panel - 8.0);
        let top = 8.0 + LINE * title.len() as f64;
        let width = (panel - left - RIGHT).max(40.0);
        let mut at = [left, top + DATA_HEIGHT + BELOW + LINE];
        let mut legend = Vec::new();
        for (i, series) in chart.series.iter().enumerate() {
            if series.label.is_empty() {
                continue;
            }
            let room = width - SAMPLE - 4.0;
            let label = Letters::Label.cut(&series.label, room);
            let entry = SAMPLE + 4.0 + Letters::Label.width_of(&label);
            if at[0] > left && at[0] + entry > left + width {
                at = [left, at[1] + LINE];
            }
            legend.push((i, label, at));
            at[0] += entry + LEGEND_GAP;
        }
        let height = legend
            .last()
            .map_or(top + DATA_HEIGHT + BELOW, |l| l.2[1] + 4.0)
            + 6.0;
        Self {
            chart,
            title,
            x,
            y,
            x_ticks,
            y_ticks,
            left,
            top,
            width,
            legend,
            height,
        }
    }

    pub(super) fn height(&self) -> f64 {
        self.height
    }

    /// Where a point of the data lies in a panel at this corner; it may be outside the axes.
    pub(super) fn place(&self, corner: [f64; 2], point: [f64; 2]) -> Option<[f64; 2]> {
        Some([
            corner[0] + self.left + self.x.place(point[0])? * self.width,
            corner[1] + self.top + (1.0 - self.y.place(point[1])?) * DATA_HEIGHT,
        ])
    }

    /// The area of the data: its upper left and lower right corners.
    fn area(&self, corner: [f64; 2]) -> [[f64; 2]; 2] {
        let from = [corner[0] + self.left, corner[1] + self.top];
        [from, [from[0] + self.width, from[1] + DATA_HEIGHT]]
    }

    pub(super) fn draw(&self, canvas: &mut impl Canvas, corner: [f64; 2]) {
        let area = self.area(corner);
        let [[x0, y0], [x1, y1]] = area;
        let title = Setting {
            letters: Letters::Title,
            anchor: Anchor::Start,
            colour: INK,
            upwards: false,
        };
        for (i, line) in self.title.iter().enumerate() {
            canvas.text(
                [corner[0] + 4.0, corner[1] + 12.0 + LINE * i as f64],
                line,
                title,
            );
        }
        self.draw_axes(canvas, corner, area);
        for (i, series) in self.chart.series.iter().enumerate() {
            if let Some(Band::Shaded(band)) = &series.band {
                self.draw_shade(canvas, corner, area, series, band, of_series(i));
            }
        }
        for (i, series) in self.chart.series.iter().enumerate() {
            self.draw_series(canvas, corner, area, series, i);
        }
        let frame = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]];
        canvas.line(&frame, Stroke::solid(INK, 1.0));
        self.draw_marks(canvas, corner, area);
        for (i, label, at) in &self.legend {
            let at = [corner[0] + at[0], corner[1] + at[1]];
            let series = &self.chart.series[*i];
            let middle = at[1] - 4.0;
            let sample = [[at[0], middle], [at[0] + SAMPLE, middle]];
            if matches!(series.band, Some(Band::Shaded(_))) {
                let [[a, y], [b, _]] = sample;
                let corners = [[a, y - 5.0], [b, y - 5.0], [b, y + 5.0], [a, y + 5.0]];
                canvas.polygon(&corners, of_series(*i), SHADE);
            }
            if let Some(stroke) = stroke_of(series.style, *i) {
                canvas.line(&sample, stroke);
            }
            if has_points(series.style) {
                draw_point(canvas, [at[0] + SAMPLE / 2.0, middle], *i);
            }
            let setting = Setting {
                letters: Letters::Label,
                ..title
            };
            canvas.text([at[0] + SAMPLE + 4.0, at[1]], label, setting);
        }
    }

    fn draw_axes(&self, canvas: &mut impl Canvas, corner: [f64; 2], area: [[f64; 2]; 2]) {
        let [[x0, y0], [x1, y1]] = area;
        let label = |anchor, upwards| Setting {
            letters: Letters::Label,
            anchor,
            colour: INK,
            upwards,
        };
        let mut free = f64::NEG_INFINITY;
        for tick in &self.x_ticks {
            let Some(place) = self.x.place(tick.value) else {
                continue;
            };
            let x = x0 + place * self.width;
            canvas.line(&[[x, y0], [x, y1]], Stroke::solid(FAINT, 1.0));
            canvas.line(&[[x, y1], [x, y1 + TICK]], Stroke::solid(INK, 1.0));
            let half = Letters::Label.width_of(&tick.label) / 2.0;
            // Names that would touch are left out.
            if x - half > free {
                canvas.text([x, y1 + 17.0], &tick.label, label(Anchor::Middle, false));
                free = x + half + 4.0;
            }
        }
        for tick in &self.y_ticks {
            let Some(place) = self.y.place(tick.value) else {
                continue;
            };
            let y = y0 + (1.0 - place) * DATA_HEIGHT;
            canvas.line(&[[x0, y], [x1, y]], Stroke::solid(FAINT, 1.0));
            canvas.line(&[[x0 - TICK, y], [x0, y]], Stroke::solid(INK, 1.0));
            canvas.text(
                [x0 - TICK - 3.0, y + 4.0],
                &tick.label,
                label(Anchor::End, false),
            );
        }
        let middle = [f64::midpoint(x0, x1), f64::midpoint(y0, y1)];
        let words = Letters::Label.cut(&self.chart.x.label, self.width + RIGHT);
        canvas.text([middle[0], y1 + 34.0], &words, label(Anchor::Middle, false));
        let words = Letters::Label.cut(&self.chart.y.label, DATA_HEIGHT + 30.0);
        canvas.text(
            [corner[0] + 14.0, middle[1]],
            &words,
            label(Anchor::Middle, true),
        );
    }

    fn draw_shade(
        &self,
        canvas: &mut impl Canvas,
        corner: [f64; 2],
        area: [[f64; 2]; 2],
        series: &Series,
        band: &[[f64; 2]],
        colour: Colour,
    ) {
        // Cut wherever an end cannot be drawn.
        let mut pieces: Vec<Vec<[[f64; 2]; 2]>> = vec![Vec::new()];
        for (point, ends) in series.points.iter().zip(band) {
            let places = ends.map(|y| self.place(corner, [point[0], y]));
            match (places, pieces.last_mut()) {
                ([Some(low), Some(high)], Some(piece)) => piece.push([low, high]),
                _ => pieces.push(Vec::new()),
            }
        }
        for piece in pieces {
            let lower = piece.iter().map(|p| p[0]);
            let upper = piece.iter().rev().map(|p| p[1]);
            let outline: Vec<[f64; 2]> = lower.chain(upper).collect();
            let inside = clip_polygon(&outline, area);
            if inside.len() > 2 {
                canvas.polygon(&inside, colour, SHADE);
            }
        }
    }

    fn draw_series(
        &self,
        canvas: &mut impl Canvas,
        corner: [f64; 2],
        area: [[f64; 2]; 2],
        series: &Series,
        index: usize,
    ) {
        let places: Vec<Option<[f64; 2]>> = series
            .points
            .iter()
            .map(|&p| self.place(corner, p))
            .collect();
        if let Some(Band::Bars(bars)) = &series.band {
            for (&point, ends) in series.points.iter().zip(bars) {
                self.draw_bar(canvas, corner, area, point, *ends, of_series(index));
            }
        }
        if let Some(stroke) = stroke_of(series.style, index) {
            for line in polylines(&places, area) {
                canvas.line(&line, stroke);
            }
        }
        if has_points(series.style) {
            for place in places.into_iter().flatten().filter(|&p| inside(p, area)) {
                draw_point(canvas, place, index);
            }
        }
    }

    fn draw_bar(
        &self,
        canvas: &mut impl Canvas,
        corner: [f64; 2],
        area: [[f64; 2]; 2],
        point: [f64; 2],
        ends: [f64; 2],
        colour: Colour,
    ) {
        let [low, high] = ends.map(|y| self.place(corner, [point[0], y]));
        let Some(high) = high else { return };
        // An end at or below zero goes to the bottom of a logarithmic axis.
        let low = low.unwrap_or([high[0], area[1][1] + 1.0]);
        let stroke = Stroke::solid(colour, 1.2);
        if let Some(bar) = clip_segment([low, high], area) {
            canvas.line(&bar, stroke);
        }
        for end in [low, high] {
            if inside(end, area) {
                let cap = [[end[0] - 3.0, end[1]], [end[0] + 3.0, end[1]]];
                canvas.line(&cap, stroke);
            }
        }
    }

    fn draw_marks(&self, canvas: &mut impl Canvas, corner: [f64; 2], area: [[f64; 2]; 2]) {
        let [[x0, y0], [x1, y1]] = area;
        for mark in &self.chart.marks {
            let (line, place, anchor, words) = match mark {
                Mark::Horizontal(y, words) => {
                    let Some(place) = self.y.place(*y).filter(|p| (0.0..=1.0).contains(p)) else {
                        continue;
                    };
                    let y = corner[1] + self.top + (1.0 - place) * DATA_HEIGHT;
                    let below = y - y0 < 14.0;
                    let baseline = if below { y + 10.0 } else { y - 3.0 };
                    (
                        [[x0, y], [x1, y]],
                        [x0 + 4.0, baseline],
                        Anchor::Start,
                        words,
                    )
                }
                Mark::Vertical(x, words) => {
                    let Some(place) = self.x.place(*x).filter(|p| (0.0..=1.0).contains(p)) else {
                        continue;
                    };
                    let x = corner[0] + self.left + place * self.width;
                    let (at, anchor) = if place > 0.6 {
                        (x - 4.0, Anchor::End)
                    } else {
                        (x + 4.0, Anchor::Start)
                    };
                    ([[x, y0], [x, y1]], [at, y0 + 11.0], anchor, words)
                }
            };
            let stroke = Stroke {
                colour: GREY,
                width: 1.2,
                dashed: true,
            };
            canvas.line(&line, stroke);
            let setting = Setting {
                letters: Letters::Small,
                anchor,
                colour: INK,
                upwards: false,
            };
            let words = Letters::Small.cut(words, self.width - 8.0);
            canvas.text(place, &words, setting);
        }
    }
}

/// How much a shaded band covers of what is below.
const SHADE: f64 = 0.22;

fn inside(p: [f64; 2], [from, to]: [[f64; 2]; 2]) -> bool {
    (0..2).all(|i| p[i] >= from[i] - 0.01 && p[i] <= to[i] + 0.01)
}

fn has_points(style: Style) -> bool {
    matches!(style, Style::Points | Style::LinePoints)
}

fn stroke_of(style: Style, index: usize) -> Option<Stroke> {
    (style != Style::Points).then(|| Stroke {
        colour: of_series(index),
        width: 1.6,
        dashed: style == Style::Dashed,
    })
}

/// A point, in a shape that goes with the index.
fn draw_point(canvas: &mut impl Canvas, [x, y]: [f64; 2], index: usize) {
    let colour = of_series(index);
    let r = 3.6;
    match index % 4 {
        0 => canvas.disc([x, y], 3.0, colour),
        1 => {
            let s = 2.7;
            let corners = [
                [x - s, y - s],
                [x + s, y - s],
                [x + s, y + s],
                [x - s, y + s],
            ];
            canvas.polygon(&corners, colour, 1.0);
        }
        2 => {
            let corners = [[x, y - r], [x + r, y + 0.75 * r], [x - r, y + 0.75 * r]];
            canvas.polygon(&corners, colour, 1.0);
        }
        _ => {
            let corners = [[x, y - r], [x + r, y], [x, y + r], [x - r, y]];
            canvas.polygon(&corners, colour, 1.0);
            canvas.disc([x, y], 1.2, PAPER);
        }
    }
}

/// The connected pieces of a line inside the area; it breaks where a point cannot be drawn.
fn polylines(places: &[Option<[f64; 2]>], area: [[f64; 2]; 2]) -> Vec<Vec<[f64; 2]>> {
    let mut lines: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut open = false;
    for pair in places.windows(2) {
        let (Some(a), Some(b)) = (pair[0], pair[1]) else {
            open = false;
            continue;
        };
        let Some([from, to]) = clip_segment([a, b], area) else {
            open = false;
            continue;
        };
        match lines.last_mut() {
            Some(line) if open => line.push(to),
            _ => lines.push(vec![from, to]),
        }
        // Cut off at its end: the next piece starts elsewhere.
        open = (to[0] - b[0]).abs() + (to[1] - b[1]).abs() < 1e-9;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_missing_points_and_at_the_frame() {
        let area = [[0.0, 0.0], [10.0, 10.0]];
        let p = |x: f64, y: f64| Some([x, y]);
        let whole = polylines(&[p(1.0, 1.0), p(2.0, 2.0), p(3.0, 1.0)], area);
        assert_eq!(whole, [vec![[1.0, 1.0], [2.0, 2.0], [3.0, 1.0]]]);
        let broken = polylines(
            &[p(1.0, 1.0), p(2.0, 2.0), None, p(4.0, 1.0), p(5.0, 1.0)],
            area,
        );
        assert_eq!(broken.len(), 2);
        let outside = polylines(&[p(1.0, 5.0), p(3.0, 15.0), p(5.0, 5.0)], area);
        assert_eq!(
            outside,
            [vec![[1.0, 5.0], [2.0, 10.0]], vec![[4.0, 10.0], [5.0, 5.0]]]
        );
        assert!(polylines(&[None], area).is_empty() && polylines(&[], area).is_empty());
    }
}
