//! The limits on exact work, as they are typed.

use crate::exact::Limits;

/// A number that is not negative; `inf` is no limit.
pub(super) fn limit(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x >= 0.0 => Ok(x),
        _ => Err("a limit is a number that is not negative".to_owned()),
    }
}

/// The options that say what exact work is refused; the same for all commands that do nothing without it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct ExactLimits {
    /// Refuse work that is predicted to take longer
    #[arg(long, value_name = "S", default_value_t = Limits::default().max_seconds, value_parser = limit)]
    max_seconds: f64,
    /// Refuse work that is predicted to need more memory
    #[arg(long, value_name = "B", default_value_t = Limits::default().max_bytes, value_parser = limit)]
    max_bytes: f64,
}

impl ExactLimits {
    pub(super) fn resolved(self) -> Limits {
        Limits {
            max_seconds: self.max_seconds,
            max_bytes: self.max_bytes,
        }
    }
}
