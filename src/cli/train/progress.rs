//! Where a training run stands, on standard error: a bar for a reader, lines for a file.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};
use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::time::Instant;

/// The progress of a run.
pub(super) struct Progress {
    steps: u64,
    machines: usize,
    bar: Option<ProgressBar>,
    index: usize,
    /// When this process began, and the steps of all machines that were done then.
    began: Option<(Instant, u64)>,
}

impl Progress {
    pub(super) fn new(steps: u64, machines: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let template = "{bar:30} {pos}/{len} steps  {per_sec}  {eta} left  {msg}";
            let style = ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(steps * machines as u64).with_style(style)
        });
        Self {
            steps,
            machines,
            bar,
            index: 0,
            began: None,
        }
    }

    /// Steps of all machines.
    fn done(&self, step: u64) -> u64 {
        self.index as u64 * self.steps + step
    }

    /// A machine's training begins or goes on.
    pub(super) fn begin(&mut self, index: usize, step: u64) {
        self.index = index;
        let done = self.done(step);
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            if self.began.is_none() {
                // The rate is that of this process.
                bar.reset_eta();
            }
        }
        // Machines that were finished before do not count either.
        if step > 0 || self.began.is_none() {
            self.began = Some((Instant::now(), done));
        }
    }

    pub(super) fn at(&self, step: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.done(step));
        }
    }

    /// Shows what was found at a step.
    pub(super) fn show(&self, line: &Map<String, Value>) {
        let number = |name: &str| line.get(name).and_then(Value::as_f64);
        let mut text = String::new();
        // Writing to a string does not fail.
        if let Some(value) = number("log_likelihood") {
            let by = line.get("log_z_by").and_then(Value::as_str);
            let error = number("log_z_std_err").filter(|&e| e > 0.0);
            let _ = write!(text, "ln L {value:.4}");
            let _ = match error {
                Some(error) => write!(text, " ± {error:.4} (ais)"),
                None => write!(text, " ({})", by.unwrap_or_default()),
            };
        } else if let Some(value) = number("tap_log_likelihood") {
            let _ = write!(text, "ln L {value:.4} (tap)");
        }
        if let Some(value) = number("held_out_log_likelihood") {
            let _ = write!(text, ", held out {value:.4}");
        }
        if let Some(value) = number("log_pseudo_likelihood") {
            let _ = write!(text, ", pseudo {value:.4}");
        }
        let step = line.get("step").and_then(Value::as_u64).unwrap_or(0);
        if let Some(bar) = &self.bar {
            bar.set_message(text);
            return;
        }
        let left = match self.began {
            Some((began, first)) if self.done(step) > first => {
                let rate = began.elapsed().as_secs_f64() / (self.done(step) - first) as f64;
                let rest = self.steps * self.machines as u64 - self.done(step);
                format!("{:.0} s left", rate * rest as f64)
            }
            _ => "time left unknown".to_owned(),
        };
        eprintln!(
            "machine {}, step {step} of {}: {text}; {left}",
            self.index, self.steps
        );
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
