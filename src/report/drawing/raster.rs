//! Drawing on pixels: what a canvas takes, at twice its size, with soft edges.

use super::canvas::{Anchor, Canvas, Colour, DASH, Letters, Setting, Stroke};
use super::layout::PictureLayout;
use super::png::png_file;
use crate::figures::Picture;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster};

/// Pixels for a point.
pub(super) const PIXELS: f64 = 2.0;
/// Rows of samples in a row of pixels.
const SAMPLES: usize = 4;
/// Most pixels of a picture; larger ones get fewer pixels for a point.
const LARGEST: f64 = 6e7;

struct Raster {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    scale: f64,
}

impl Raster {
    fn new(size: [f64; 2]) -> Self {
        let scale = PIXELS.min((LARGEST / (size[0] * size[1])).sqrt());
        let [width, height] = size.map(|s| (s * scale).ceil() as usize);
        Self {
            width,
            height,
            pixels: vec![255; 3 * width * height],
            scale,
        }
    }

    fn blend(&mut self, x: usize, y: usize, Colour(colour): Colour, cover: f64) {
        if x >= self.width || y >= self.height {
            return;
        }
        let at = 3 * (y * self.width + x);
        for (pixel, c) in self.pixels[at..at + 3].iter_mut().zip(colour) {
            *pixel = (f64::from(*pixel) * (1.0 - cover) + f64::from(c) * cover).round() as u8;
        }
    }

    /// One segment with round ends, in pixels.
    fn segment(&mut self, a: [f64; 2], b: [f64; 2], stroke: Stroke) {
        let half = stroke.width * self.scale / 2.0;
        let reach = half + 1.0;
        let along = [b[0] - a[0], b[1] - a[1]];
        let square = along[0] * along[0] + along[1] * along[1];
        let rows = span(a[1].min(b[1]) - reach, a[1].max(b[1]) + reach, self.height);
        for y in rows {
            let centre = y as f64 + 0.5;
            // The part of the segment within reach of this row bounds the columns.
            let (low, high) = if along[1].abs() < 1e-9 {
                (0.0, 1.0)
            } else {
                let t = [centre - reach, centre + reach].map(|r| (r - a[1]) / along[1]);
                (
                    t[0].min(t[1]).clamp(0.0, 1.0),
                    t[0].max(t[1]).clamp(0.0, 1.0),
                )
            };
            let ends = [low, high].map(|t| a[0] + t * along[0]);
            let columns = span(
                ends[0].min(ends[1]) - reach,
                ends[0].max(ends[1]) + reach,
                self.width,
            );
            for x in columns {
                let p = [x as f64 + 0.5 - a[0], centre - a[1]];
                let t = if square > 0.0 {
                    ((p[0] * along[0] + p[1] * along[1]) / square).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let distance = (p[0] - t * along[0]).hypot(p[1] - t * along[1]);
                let cover = (half + 0.5 - distance).clamp(0.0, 1.0);
                if cover > 0.0 {
                    self.blend(x, y, stroke.colour, cover);
                }
            }
        }
    }

    /// One glyph turned as told, its upper left corner at the place when it is not turned.
    fn glyph(&mut self, glyph: &Glyph, place: [f64; 2], offset: f64, rise: f64, setting: Setting) {
        for (row, line) in glyph.rows.iter().enumerate() {
            for (column, &value) in line.iter().enumerate() {
                if value == 0 {
                    continue;
                }
                let (along, down) = (offset + column as f64, row as f64 - rise);
                let [x, y] = if setting.upwards {
                    [place[0] + down, place[1] - along]
                } else {
                    [place[0] + along, place[1] + down]
                };
                if x >= 0.0 && y >= 0.0 {
                    let cover = f64::from(value) / 255.0;
                    self.blend(x as usize, y as usize, setting.colour, cover);
                }
            }
        }
    }
}

/// Whole pixels between two places, inside the picture.
fn span(from: f64, to: f64, end: usize) -> std::ops::Range<usize> {
    let from = from.floor().max(0.0) as usize;
    from..(to.ceil().max(0.0) as usize).min(end)
}

impl Canvas for Raster {
    fn line(&mut self, points: &[[f64; 2]], stroke: Stroke) {
        let points: Vec<[f64; 2]> = points.iter().map(|p| p.map(|x| x * self.scale)).collect();
        let dashes = DASH.map(|d| d * self.scale);
        let period = dashes[0] + dashes[1];
        let mut done = 0.0;
        for pair in points.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            if !stroke.dashed {
                self.segment(a, b, stroke);
                continue;
            }
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            let at = |s: f64| [0, 1].map(|i| a[i] + (b[i] - a[i]) * (s / length));
            let mut s = 0.0;
            while s < length {
                let phase = (done + s) % period;
                let (drawn, end) = if phase < dashes[0] {
                    (true, s + dashes[0] - phase)
                } else {
                    (false, s + period - phase)
                };
                // A phase rounded to its end must not stop the walk.
                let end = end.max(s + 1e-3).min(length);
                if drawn {
                    self.segment(at(s), at(end), stroke);
                }
                s = end;
            }
            done += length;
        }
    }

    fn polygon(&mut self, corners: &[[f64; 2]], colour: Colour, opacity: f64) {
        let corners: Vec<[f64; 2]> = corners.iter().map(|p| p.map(|x| x * self.scale)).collect();
        let bound =
            |start: f64, pick: fn(f64, f64) -> f64| corners.iter().map(|p| p[1]).fold(start, pick);
        let rows = span(
            bound(f64::INFINITY, f64::min),
            bound(f64::NEG_INFINITY, f64::max),
            self.height,
        );
        let mut cover = vec![0.0; self.width];
        for y in rows {
            cover.fill(0.0);
            for sample in 0..SAMPLES {
                let level = y as f64 + (sample as f64 + 0.5) / SAMPLES as f64;
                let mut crossings: Vec<(f64, i32)> = Vec::new();
                for k in 0..corners.len() {
                    let (a, b) = (corners[k], corners[(k + 1) % corners.len()]);
                    if (a[1] <= level) != (b[1] <= level) {
                        let x = a[0] + (level - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
                        crossings.push((x, if a[1] < b[1] { 1 } else { -1 }));
                    }
                }
                crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut winding = 0;
                for pair in crossings.windows(2) {
                    winding += pair[0].1;
                    if winding != 0 {
                        add_cover(&mut cover, pair[0].0, pair[1].0);
                    }
                }
            }
            for x in 0..self.width {
                if cover[x] > 0.0 {
                    let part = (cover[x] / SAMPLES as f64).min(1.0);
                    self.blend(x, y, colour, part * opacity);
                }
            }
        }
    }

    fn rectangle(&mut self, corner: [f64; 2], size: [f64; 2], colour: Colour) {
        let [x0, y0] = corner.map(|c| (c * self.scale).round().max(0.0) as usize);
        let [x1, y1] =
            [0, 1].map(|i| ((corner[i] + size[i]) * self.scale).round().max(0.0) as usize);
        for y in y0..y1.min(self.height) {
            for x in x0..x1.min(self.width) {
                self.blend(x, y, colour, 1.0);
            }
        }
    }

    fn disc(&mut self, centre: [f64; 2], radius: f64, colour: Colour) {
        let centre = centre.map(|c| c * self.scale);
        self.segment(centre, centre, Stroke::solid(colour, 2.0 * radius));
    }

    fn text(&mut self, place: [f64; 2], text: &str, setting: Setting) {
        let glyphs: Vec<Glyph> = text
            .chars()
            .flat_map(|c| glyphs_of(c, setting.letters))
            .collect();
        let width: usize = glyphs.iter().map(Glyph::width).sum();
        let mut offset = match setting.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -(width as f64) / 2.0,
            Anchor::End => -(width as f64),
        };
        let place = place.map(|p| (p * self.scale).round());
        for glyph in &glyphs {
            self.glyph(glyph, place, offset.round(), glyph.rise, setting);
            offset += glyph.width() as f64;
        }
    }
}

/// Adds the part of each pixel between two places of a row.
fn add_cover(cover: &mut [f64], from: f64, to: f64) {
    for x in span(from, to, cover.len()) {
        let left = from.max(x as f64);
        let right = to.min(x as f64 + 1.0);
        cover[x] += (right - left).max(0.0);
    }
}

/// The pixels of a letter, and how far the upper one is above the baseline.
struct Glyph {
    rows: Vec<&'static [u8]>,
    rise: f64,
}

impl Glyph {
    fn new(c: char, large: bool, bold: bool, raised: f64) -> Self {
        let (height, baseline) = if large {
            (RasterHeight::Size32, 25.0)
        } else {
            (RasterHeight::Size24, 19.0)
        };
        let weight = if bold {
            FontWeight::Bold
        } else {
            FontWeight::Regular
        };
        let raster = get_raster(c, weight, height).or_else(|| get_raster('?', weight, height));
        Self {
            rows: raster.map_or(Vec::new(), |r| r.rows().collect()),
            rise: baseline + raised,
        }
    }

    fn width(&self) -> usize {
        self.rows.first().map_or(0, |row| row.len())
    }
}

/// The letters of the font that stand for a character: it has no Greek and few signs.
fn glyphs_of(c: char, letters: Letters) -> Vec<Glyph> {
    let bold = letters == Letters::Title;
    let large = letters != Letters::Small;
    if let Some((plain, up)) = shifted(c) {
        return vec![Glyph::new(plain, false, bold, if up { 7.0 } else { -4.0 })];
    }
    let word: String = match spelled(c) {
        Some(word) => word.to_owned(),
        None => c.to_string(),
    };
    word.chars()
        .map(|c| Glyph::new(c, large, bold, 0.0))
        .collect()
}

/// The plain form of a character above (true) or below the line.
fn shifted(c: char) -> Option<(char, bool)> {
    const UP: [(char, char); 14] = [
        ('⁰', '0'),
        ('¹', '1'),
        ('²', '2'),
        ('³', '3'),
        ('⁴', '4'),
        ('⁵', '5'),
        ('⁶', '6'),
        ('⁷', '7'),
        ('⁸', '8'),
        ('⁹', '9'),
        ('⁺', '+'),
        ('⁻', '-'),
        ('ᵀ', 'T'),
        ('ⁿ', 'n'),
    ];
    if let Some(&(_, plain)) = UP.iter().find(|(raised, _)| *raised == c) {
        return Some((plain, true));
    }
    if ('₀'..='₉').contains(&c) {
        return char::from_digit(c as u32 - '₀' as u32, 10).map(|d| (d, false));
    }
    let below = match c {
        'ᵢ' => 'i',
        'ⱼ' => 'j',
        'ₖ' => 'k',
        'ₙ' => 'n',
        _ => return None,
    };
    Some((below, false))
}

fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'Γ' => "Gamma",
        'δ' => "delta",
        'Δ' => "Delta",
        'ε' => "eps",
        'ζ' => "zeta",
        'η' => "eta",
        'θ' => "theta",
        'κ' => "kappa",
        'λ' => "lambda",
        'μ' => "mu",
        'ν' => "nu",
        'ξ' => "xi",
        'π' => "pi",
        'ρ' => "rho",
        'σ' => "sigma",
        'Σ' => "Sum",
        'τ' => "tau",
        'φ' | 'ϕ' => "phi",
        'χ' => "chi",
        'ψ' => "psi",
        'ω' => "omega",
        '⟨' | '‹' => "<",
        '⟩' | '›' => ">",
        '−' | '–' | '—' | '‐' => "-",
        '…' => "..",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '≈' | '∝' => "~",
        '→' => "->",
        '√' => "sqrt",
        '∞' => "inf",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        'ℓ' => "l",
        '∈' => " in ",
        '\u{2009}' | '\u{202f}' => " ",
        _ => return None,
    })
}

/// The picture as a PNG file, two pixels for a point of the SVG.
///
/// The font of the letters has Latin ones only; Greek letters are spelled.
pub fn picture_png(picture: &Picture) -> Vec<u8> {
    let layout = PictureLayout::new(picture);
    let mut raster = Raster::new(layout.size());
    layout.draw(&mut raster);
    png_file(raster.width, raster.height, &raster.pixels)
}
