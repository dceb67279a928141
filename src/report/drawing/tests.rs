use super::layout::PictureLayout;
use super::palette::of_series;
use super::raster::PIXELS;
use super::{picture_png, picture_svg};
use crate::figures::{Axis, Band, Chart, Mark, Panel, Picture, PixelMap, Series, Style};
use crate::model::files::inflated;

fn axis(label: &str, logarithmic: bool, range: Option<[f64; 2]>) -> Axis {
    Axis {
        label: label.to_owned(),
        logarithmic,
        range,
    }
}

fn series(label: &str, points: Vec<[f64; 2]>, style: Style) -> Series {
    Series {
        label: label.to_owned(),
        points,
        style,
        band: None,
    }
}

fn chart(title: &str, series: Vec<Series>) -> Chart {
    Chart {
        title: title.to_owned(),
        x: axis("inverse temperature β", false, None),
        y: axis("⟨|m|⟩ per spin", false, None),
        series,
        marks: Vec::new(),
    }
}

fn picture(panels: Vec<Panel>) -> Picture {
    Picture {
        name: "test".to_owned(),
        title: "A picture of everything that can be drawn".to_owned(),
        columns: 2,
        panels,
    }
}

/// Everything there is, some of it not drawable.
fn everything() -> Picture {
    let curve = |f: fn(f64) -> f64| -> Vec<[f64; 2]> {
        (0..60)
            .map(|i| f64::from(i) * 0.1)
            .map(|x| [x, f(x)])
            .collect()
    };
    let mut sine = series("sine with errors", curve(f64::sin), Style::LinePoints);
    sine.points.truncate(30);
    sine.points[7][1] = f64::NAN;
    sine.points[12][1] = f64::INFINITY;
    sine.band = Some(Band::Bars(
        sine.points
            .iter()
            .map(|p| [p[1] - 0.2, p[1] + 0.1])
            .collect(),
    ));
    let mut cosine = series("cosine in a band", curve(f64::cos), Style::Dashed);
    cosine.band = Some(Band::Shaded(
        cosine
            .points
            .iter()
            .map(|p| [p[1] - 0.3, p[1] + 0.3])
            .collect(),
    ));
    let mut first = chart(
        "Linear axes & <hostile> \"titles\"",
        vec![sine, cosine, series("none", vec![], Style::Line)],
    );
    first.marks = vec![
        Mark::Horizontal(0.5, "half".to_owned()),
        Mark::Vertical(2.269, "T_c = 2.269".to_owned()),
        Mark::Vertical(f64::NAN, "nowhere".to_owned()),
    ];
    let powers: Vec<[f64; 2]> = (-3..5)
        .map(|k| [10f64.powi(k), 10f64.powf(-1.7 * f64::from(k) - 4.0)])
        .collect();
    let mut falling = series("x^−1.7", powers.clone(), Style::LinePoints);
    falling.band = Some(Band::Bars(
        powers.iter().map(|p| [-1.0, 2.0 * p[1]]).collect(),
    ));
    let squares = powers.iter().map(|p| [p[0], p[1] * 3.0]).collect();
    let more = powers.iter().map(|p| [p[0], p[1] * 30.0]).collect();
    let mut second = chart(
        "Logarithmic axes",
        vec![
            falling,
            series("squares", squares, Style::Points),
            series(
                "triangles with a name that is longer than others",
                more,
                Style::Points,
            ),
            series(
                "diamonds",
                vec![[1.0, 1.0], [0.0, 3.0], [-1.0, 2.0]],
                Style::Points,
            ),
        ],
    );
    second.x = axis("sweeps", true, None);
    second.y = axis("error of the mean", true, None);
    let weights = PixelMap {
        title: "Values of both signs".to_owned(),
        columns: 12,
        values: (0..144)
            .map(|i| (f64::from(i) * 0.37).sin() * f64::from(i))
            .collect(),
        range: None,
    };
    let rising = PixelMap {
        title: "A ramp with a hole".to_owned(),
        columns: 8,
        values: (0..60)
            .map(|i| if i == 27 { f64::NAN } else { f64::from(i) })
            .collect(),
        range: Some([0.0, 60.0]),
    };
    picture(vec![
        Panel::Chart(first),
        Panel::Chart(second),
        Panel::Map(weights),
        Panel::Map(rising),
    ])
}

/// Checks tags, attributes and entities; returns the texts.
fn well_formed(xml: &str) -> Result<Vec<String>, String> {
    let mut open: Vec<String> = Vec::new();
    let mut texts = Vec::new();
    let mut rest = xml.trim();
    let entities = |text: &str| {
        text.split('&').skip(1).all(|piece| {
            ["amp;", "lt;", "gt;", "quot;"]
                .iter()
                .any(|e| piece.starts_with(e))
        })
    };
    while !rest.is_empty() {
        let Some(tag) = rest.strip_prefix('<') else {
            let end = rest.find('<').ok_or("text after the end")?;
            if !entities(&rest[..end]) || rest[..end].contains('>') {
                return Err(format!("bad text {}", &rest[..end]));
            }
            texts.push(rest[..end].to_owned());
            rest = &rest[end..];
            continue;
        };
        let end = tag.find('>').ok_or("tag does not end")?;
        let (inside, after) = (&tag[..end], &tag[end + 1..]);
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Err(format!("{name} closes something else"));
            }
            if open.is_empty() && !rest.is_empty() {
                return Err("two roots".to_owned());
            }
            continue;
        }
        let single = inside.ends_with('/');
        let inside = inside.trim_end_matches('/');
        let name: String = inside
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let mut attributes = &inside[name.len()..];
        let mut seen = Vec::new();
        while !attributes.trim().is_empty() {
            let (key, value) = attributes
                .split_once("=\"")
                .ok_or("attribute without a value")?;
            let (value, after) = value.split_once('"').ok_or("value does not end")?;
            if !key.starts_with(' ')
                || value.contains('<')
                || !entities(value)
                || seen.contains(&key)
            {
                return Err(format!("bad attribute {key}"));
            }
            seen.push(key);
            attributes = after;
        }
        if name.is_empty() {
            return Err("tag without a name".to_owned());
        }
        if !single {
            open.push(name);
        }
    }
    if open.is_empty() {
        Ok(texts)
    } else {
        Err(format!("{open:?} stay open"))
    }
}

/// Width, height and rows of red, green and blue; checks signature and checksums.
fn decode(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
    let mut packed = Vec::new();
    let mut size = (0, 0);
    let mut names = Vec::new();
    while !rest.is_empty() {
        let number = |at: usize| u32::from_be_bytes(rest[at..at + 4].try_into().unwrap());
        let length = number(0) as usize;
        let name = &rest[4..8];
        let data = &rest[8..8 + length];
        assert_eq!(number(8 + length), super::png::crc(&rest[4..8 + length]));
        match name {
            b"IHDR" => {
                size = (number(8) as usize, number(12) as usize);
                assert_eq!(data[8..], [8, 2, 0, 0, 0]);
            }
            b"IDAT" => packed.extend_from_slice(data),
            _ => {}
        }
        names.push(name);
        rest = &rest[12 + length..];
    }
    assert_eq!(names, [b"IHDR", b"IDAT", b"IEND"]);
    let row = 3 * size.0;
    let bytes = inflated(&packed[2..packed.len() - 4], (row + 1) * size.1).unwrap();
    assert_eq!(bytes.len(), (row + 1) * size.1);
    let mut pixels = vec![0u8; row * size.1];
    for y in 0..size.1 {
        let line = &bytes[y * (row + 1)..][..=row];
        assert_eq!(line[0], 2);
        for x in 0..row {
            let above = if y > 0 { pixels[(y - 1) * row + x] } else { 0 };
            pixels[y * row + x] = line[1 + x].wrapping_add(above);
        }
    }
    (size.0, size.1, pixels)
}

#[test]
fn the_checker_of_xml_rejects_what_is_not() {
    for wrong in [
        "<a><b></a></b>",
        "<a>&</a>",
        "<a b=\"1\" b=\"2\"/>",
        "<a b=1/>",
        "<a>",
        "<a/>x",
        "<a b=\"<\"/>",
        "<a></a><b></b>",
        "<a>></a>",
    ] {
        assert!(well_formed(wrong).is_err(), "{wrong}");
    }
    assert_eq!(well_formed("<a x=\"&lt;\">t<b/></a>").unwrap(), ["t"]);
}

#[test]
fn a_drawing_is_well_formed_whatever_the_text_and_the_numbers() {
    let svg = picture_svg(&everything());
    let texts = well_formed(&svg).unwrap();
    assert!(
        texts
            .iter()
            .any(|t| t == "Linear axes &amp; &lt;hostile&gt; &quot;titles&quot;"),
        "{texts:?}"
    );
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert!(!svg.contains("http") || svg.matches("http").count() == 1);
    let mut hostile = everything();
    for text in [
        "]]></svg><script>alert(1)</script>",
        "a\u{0}b\u{1b}[2J",
        "\" onload=\"x",
        "&amp;&#x41;",
        "",
    ] {
        hostile.title = text.to_owned();
        for panel in &mut hostile.panels {
            match panel {
                Panel::Chart(c) => {
                    c.title = text.to_owned();
                    c.x.label = text.to_owned();
                    c.y.label = text.to_owned();
                    c.series[0].label = text.to_owned();
                    c.marks.push(Mark::Horizontal(0.1, text.to_owned()));
                }
                Panel::Map(m) => m.title = text.to_owned(),
            }
        }
        let svg = picture_svg(&hostile);
        well_formed(&svg).unwrap();
        assert!(!svg.contains("<script") && !svg.chars().any(|c| c.is_control() && c != '\n'));
        decode(&picture_png(&hostile));
    }
}

#[test]
fn empty_and_degenerate_pictures_are_pictures() {
    let empty_map = PixelMap {
        title: String::new(),
        columns: 0,
        values: vec![1.0],
        range: None,
    };
    let no_values = PixelMap {
        title: String::new(),
        columns: 3,
        values: vec![],
        range: None,
    };
    for panels in [
        vec![],
        vec![Panel::Chart(chart("", vec![]))],
        vec![Panel::Map(empty_map), Panel::Map(no_values)],
        vec![Panel::Chart(chart(
            "",
            vec![series("", vec![[f64::NAN, 1.0]], Style::LinePoints)],
        ))],
        vec![Panel::Chart(chart(
            "",
            vec![series("a", vec![[1e308, -1e308], [2.0, 2.0]], Style::Line)],
        ))],
    ] {
        for columns in [0, 1, usize::MAX] {
            let mut p = picture(panels.clone());
            p.columns = columns;
            well_formed(&picture_svg(&p)).unwrap();
            let (width, height, _) = decode(&picture_png(&p));
            assert!(width > 0 && height > 0);
        }
    }
}

#[test]
fn a_known_point_lands_on_the_known_pixel_in_both_formats() {
    let mut c = chart(
        "One point",
        vec![series("", vec![[2.5, 30.0]], Style::Points)],
    );
    c.x.range = Some([0.0, 10.0]);
    c.y.range = Some([1.0, 1e4]);
    c.y.logarithmic = true;
    let p = picture(vec![Panel::Chart(c)]);
    let layout = PictureLayout::new(&p);
    let corner = layout.place_in_first([0.0, 1.0]).unwrap();
    let opposite = layout.place_in_first([10.0, 1e4]).unwrap();
    // From the definition of the axes, not from the code that places points.
    let along = 0.25;
    let up = 30f64.log10() / 4.0;
    let expected = [
        corner[0] + along * (opposite[0] - corner[0]),
        corner[1] + up * (opposite[1] - corner[1]),
    ];
    let svg = picture_svg(&p);
    let circle = format!(
        "<circle cx=\"{}\" cy=\"{}\"",
        (expected[0] * 100.0).round() / 100.0,
        (expected[1] * 100.0).round() / 100.0
    );
    assert!(svg.contains(&circle), "{circle} is not in {svg}");
    let (width, _, pixels) = decode(&picture_png(&p));
    let colour = of_series(0).0;
    let painted: Vec<[f64; 2]> = (0..pixels.len() / 3)
        .filter(|i| pixels[3 * i..3 * i + 3] == colour)
        .map(|i| [(i % width) as f64 + 0.5, (i / width) as f64 + 0.5])
        .collect();
    assert!(painted.len() > 60, "{}", painted.len());
    for i in 0..2 {
        let centre = painted.iter().map(|p| p[i]).sum::<f64>() / painted.len() as f64;
        assert!(
            (centre / PIXELS - expected[i]).abs() < 0.2,
            "{i} {centre} {expected:?}"
        );
    }
}

#[test]
fn squares_of_a_map_have_the_colours_of_their_values() {
    let map = PixelMap {
        title: "Four".to_owned(),
        columns: 2,
        values: vec![-1.0, 0.0, 0.5, 1.0],
        range: None,
    };
    let (width, height, pixels) = decode(&picture_png(&picture(vec![Panel::Map(map)])));
    let scale = super::palette::ColourScale {
        from: -1.0,
        to: 1.0,
    };
    let centre = |value: f64| {
        let colour = scale.colour(value).0;
        let mut found: Vec<[usize; 2]> = (0..width * height)
            .filter(|i| pixels[3 * i..3 * i + 3] == colour)
            .map(|i| [i % width, i / width])
            .collect();
        // The colour bar is narrow: the median lies in the square.
        found.sort_by_key(|p| p[0]);
        let x = found[found.len() / 2][0];
        found.sort_by_key(|p| p[1]);
        [x, found[found.len() / 2][1]]
    };
    let [a, b, c, d] = [-1.0, 0.0, 0.5, 1.0].map(centre);
    assert!(a[0] + 50 < b[0] && a[1].abs_diff(b[1]) < 10, "{a:?} {b:?}");
    assert!(c[1] > a[1] + 50 && c[0].abs_diff(a[0]) < 10, "{a:?} {c:?}");
    assert!(d[0] > c[0] + 50 && d[1] > b[1] + 50, "{c:?} {d:?}");
}
