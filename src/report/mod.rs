//! Records of decisions as text, JSON and `JUnit` XML.

mod json;
mod junit;
mod text;

pub use json::ledger_json;
pub use junit::ledger_junit;
pub use text::{explain, ledger_text, not_run, summary};
