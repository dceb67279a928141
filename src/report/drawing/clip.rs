//! The parts of lines and polygons inside a rectangle.

/// Upper left and lower right corners.
type Area = [[f64; 2]; 2];

/// The part of a segment inside the area; `None` if there is none.
pub(super) fn clip_segment([a, b]: [[f64; 2]; 2], [from, to]: Area) -> Option<[[f64; 2]; 2]> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for i in 0..2 {
        let along = b[i] - a[i];
        for (distance, direction) in [(a[i] - from[i], -along), (to[i] - a[i], along)] {
            // Inside while direction · t ≤ distance.
            if direction > 0.0 {
                leave = leave.min(distance / direction);
            } else if direction < 0.0 {
                enter = enter.max(distance / direction);
            } else if distance < 0.0 {
                return None;
            }
        }
    }
    if enter > leave {
        return None;
    }
    let at = |t: f64| [0, 1].map(|i| a[i] + t * (b[i] - a[i]));
    let start = if enter > 0.0 { at(enter) } else { a };
    let end = if leave < 1.0 { at(leave) } else { b };
    Some([start, end])
}

/// The part of a polygon inside the area, side after side.
pub(super) fn clip_polygon(corners: &[[f64; 2]], [from, to]: Area) -> Vec<[f64; 2]> {
    let mut shape = corners.to_vec();
    for (i, bound, sign) in [
        (0, from[0], 1.0),
        (0, to[0], -1.0),
        (1, from[1], 1.0),
        (1, to[1], -1.0),
    ] {
        let depth = |p: [f64; 2]| sign * (p[i] - bound);
        let mut cut = Vec::with_capacity(shape.len() + 4);
        for k in 0..shape.len() {
            let (a, b) = (shape[k], shape[(k + 1) % shape.len()]);
            let (da, db) = (depth(a), depth(b));
            if da >= 0.0 {
                cut.push(a);
            }
            if (da >= 0.0) != (db >= 0.0) {
                let t = da / (da - db);
                let mut crossing = [0, 1].map(|j| a[j] + t * (b[j] - a[j]));
                crossing[i] = bound;
                cut.push(crossing);
            }
        }
        shape = cut;
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Area = [[0.0, 0.0], [10.0, 5.0]];

    fn size(shape: &[[f64; 2]]) -> f64 {
        let twice: f64 = (0..shape.len())
            .map(|k| {
                let (a, b) = (shape[k], shape[(k + 1) % shape.len()]);
                a[0] * b[1] - a[1] * b[0]
            })
            .sum();
        twice.abs() / 2.0
    }

    #[test]
    fn segments_are_cut_at_the_sides() {
        assert_eq!(
            clip_segment([[-5.0, 1.0], [15.0, 1.0]], AREA),
            Some([[0.0, 1.0], [10.0, 1.0]])
        );
        assert_eq!(
            clip_segment([[2.0, 1.0], [3.0, 4.0]], AREA),
            Some([[2.0, 1.0], [3.0, 4.0]])
        );
        assert_eq!(clip_segment([[-1.0, 6.0], [11.0, 6.0]], AREA), None);
        assert_eq!(clip_segment([[-4.0, 2.0], [2.0, -4.0]], AREA), None);
        assert_eq!(
            clip_segment([[4.0, 9.0], [4.0, -9.0]], AREA),
            Some([[4.0, 5.0], [4.0, 0.0]])
        );
    }

    #[test]
    fn polygons_keep_the_area_inside() {
        let around = [[-1.0, -1.0], [20.0, -1.0], [20.0, 9.0], [-1.0, 9.0]];
        assert!((size(&clip_polygon(&around, AREA)) - 50.0).abs() < 1e-12);
        // The corner x + y < 2 of a large triangle.
        let triangle = [[-10.0, -10.0], [12.0, -10.0], [-10.0, 12.0]];
        assert!((size(&clip_polygon(&triangle, AREA)) - 2.0).abs() < 1e-12);
        let outside = [[11.0, 0.0], [12.0, 0.0], [12.0, 1.0]];
        assert!(clip_polygon(&outside, AREA).is_empty() && clip_polygon(&[], AREA).is_empty());
    }
}
