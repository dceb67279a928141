//! Pictures drawn: one layout, on a canvas that becomes SVG or PNG.

mod canvas;
mod chart;
mod clip;
mod layout;
mod map;
mod palette;
mod png;
mod raster;
mod scale;
mod svg;

#[cfg(test)]
mod tests;

pub use raster::picture_png;
pub use svg::picture_svg;
