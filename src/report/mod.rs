//! Records of decisions as text, JSON and `JUnit` XML; experiments as a page; pictures as SVG and PNG.

mod drawing;
mod escape;
mod json;
mod junit;
mod page;
mod text;

pub use drawing::{picture_png, picture_svg};
pub use json::ledger_json;
pub use junit::ledger_junit;
pub use page::figures_page;
pub use text::{explain, ledger_text, not_run, summary};
