//! Ctrl-C: the run in progress stops at the next point from which it can be continued.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C, and the signals to terminate and to hang up, are noted instead of obeyed.
pub(super) fn watch() {
    // Where no handler can be set the program stops as it always did, and is continued as after any kill.
    if ctrlc::set_handler(|| ASKED.store(true, Ordering::Relaxed)).is_err() {
        eprintln!("note: an interruption will not be waited for");
    }
}

/// Whether the run should stop.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
