//! What can be drawn on: lines, polygons, rectangles and words, in points from the upper left corner.

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) [u8; 3]);

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    pub(super) colour: Colour,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

impl Stroke {
    pub(super) fn solid(colour: Colour, width: f64) -> Self {
        Self {
            colour,
            width,
            dashed: false,
        }
    }
}

/// Length of a dash and of the gap after it.
pub(super) const DASH: [f64; 2] = [6.0, 4.0];

/// Size and weight of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// Bold.
    Title,
    /// For axes and legends.
    Label,
    /// For remarks inside a chart.
    Small,
}

impl Letters {
    /// Height of the letters in points.
    pub(super) fn size(self) -> f64 {
        match self {
            Self::Title | Self::Label => 12.0,
            Self::Small => 9.5,
        }
    }

    /// The most that a text is expected to take, in points.
    pub(super) fn width_of(self, text: &str) -> f64 {
        text.chars().count() as f64 * self.size() * 0.6
    }

    /// Text that is cut off where it would be wider than this.
    pub(super) fn cut(self, text: &str, width: f64) -> String {
        let fits = (width / (self.size() * 0.6)).max(1.0) as usize;
        if text.chars().count() <= fits {
            return text.to_owned();
        }
        text.chars().take(fits - 1).chain(['…']).collect()
    }

    /// Lines that are not wider than this; a word that is gets cut off.
    pub(super) fn wrapped(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            if let Some(last) = lines.last_mut() {
                let longer = format!("{last} {word}");
                if self.width_of(&longer) <= width {
                    *last = longer;
                    continue;
                }
            }
            lines.push(self.cut(word, width));
        }
        lines
    }
}

/// Which part of a text is at the given place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) letters: Letters,
    pub(super) anchor: Anchor,
    pub(super) colour: Colour,
    /// Read from the bottom up.
    pub(super) upwards: bool,
}

/// A place for a picture; everything given to it is finite.
pub(super) trait Canvas {
    /// A line through the points.
    fn line(&mut self, points: &[[f64; 2]], stroke: Stroke);
    /// The inside of a polygon, as far as it covers what is below.
    fn polygon(&mut self, corners: &[[f64; 2]], colour: Colour, opacity: f64);
    /// A filled rectangle of this corner and size, without soft edges.
    fn rectangle(&mut self, corner: [f64; 2], size: [f64; 2], colour: Colour);
    /// A filled circle.
    fn disc(&mut self, centre: [f64; 2], radius: f64, colour: Colour);
    /// One line of text whose baseline goes through the place.
    fn text(&mut self, place: [f64; 2], text: &str, setting: Setting);
}
