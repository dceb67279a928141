//! Drawing as SVG: text that any browser shows without anything from elsewhere.

use super::canvas::{Anchor, Canvas, Colour, DASH, Letters, Setting, Stroke};
use super::layout::PictureLayout;
use crate::figures::Picture;
use crate::report::escape::escape;
use std::fmt::Write;

struct Svg(String);

/// Two decimals, without zeros at the end.
fn short(x: f64) -> String {
    let text = format!("{x:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn coordinates(points: &[[f64; 2]]) -> String {
    let pairs: Vec<String> = points
        .iter()
        .map(|p| format!("{},{}", short(p[0]), short(p[1])))
        .collect();
    pairs.join(" ")
}

fn hex(Colour([r, g, b]): Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

impl Canvas for Svg {
    fn line(&mut self, points: &[[f64; 2]], stroke: Stroke) {
        let dashes = if stroke.dashed {
            format!(" stroke-dasharray=\"{} {}\"", DASH[0], DASH[1])
        } else {
            String::new()
        };
        let _ = writeln!(
            self.0,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dashes}/>",
            coordinates(points),
            hex(stroke.colour),
            short(stroke.width)
        );
    }

    fn polygon(&mut self, corners: &[[f64; 2]], colour: Colour, opacity: f64) {
        let opacity = if opacity < 1.0 {
            format!(" fill-opacity=\"{}\"", short(opacity))
        } else {
            String::new()
        };
        let _ = writeln!(
            self.0,
            "<polygon points=\"{}\" fill=\"{}\"{opacity}/>",
            coordinates(corners),
            hex(colour)
        );
    }

    fn rectangle(&mut self, corner: [f64; 2], size: [f64; 2], colour: Colour) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" shape-rendering=\"crispEdges\"/>",
            short(corner[0]),
            short(corner[1]),
            short(size[0]),
            short(size[1]),
            hex(colour)
        );
    }

    fn disc(&mut self, centre: [f64; 2], radius: f64, colour: Colour) {
        let _ = writeln!(
            self.0,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
            short(centre[0]),
            short(centre[1]),
            short(radius),
            hex(colour)
        );
    }

    fn text(&mut self, place: [f64; 2], text: &str, setting: Setting) {
        let anchor = match setting.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let [x, y] = place.map(short);
        let weight = if setting.letters == Letters::Title {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let turn = if setting.upwards {
            format!(" transform=\"rotate(-90 {x} {y})\"")
        } else {
            String::new()
        };
        let _ = writeln!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{}\"{weight}{turn}>{}</text>",
            setting.letters.size(),
            hex(setting.colour),
            escape(text)
        );
    }
}

/// The picture as one SVG element, without anything that must be fetched.
///
/// Lengths are points; points of the data that are not finite, or not positive on a logarithmic axis, are left out.
pub fn picture_svg(picture: &Picture) -> String {
    let layout = PictureLayout::new(picture);
    let [width, height] = layout.size().map(short);
    let mut svg = Svg(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" role=\"img\">\n<title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        escape(&picture.title)
    ));
    layout.draw(&mut svg);
    svg.0.push_str("</svg>\n");
    svg.0
}
