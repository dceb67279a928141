//! Processor time and wall-clock time of a piece of work.

use std::time::{Duration, Instant};

/// Seconds that this thread has run.
///
/// Linux keeps them up to date only when a thread stops, so it stops for a moment. Elsewhere this is the wall clock.
fn thread_seconds() -> Option<f64> {
    std::thread::sleep(Duration::from_micros(1));
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}

/// What a piece of work took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// Seconds of processor time of this thread.
    pub(crate) processor: f64,
    /// Seconds on the wall.
    pub(crate) wall: f64,
}

/// Times work.
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> (T, Taken) {
    let (wall, processor) = (Instant::now(), thread_seconds());
    let result = work();
    let after = thread_seconds();
    let wall = wall.elapsed().as_secs_f64();
    let processor = processor.zip(after).map_or(wall, |(a, b)| b - a);
    (result, Taken { processor, wall })
}

/// Repeats a batch that returns how much it did, for this many seconds of processor time at least: units of work,
/// and what they took.
pub(crate) fn repeat(seconds: f64, mut batch: impl FnMut() -> f64) -> (f64, Taken) {
    let mut batches = 1;
    loop {
        let (done, taken) = time(|| (0..batches).map(|_| batch()).sum::<f64>());
        if taken.processor >= seconds {
            return (done, taken);
        }
        batches = (batches * 2).max((batches as f64 * seconds / taken.processor.max(1e-6)) as u64);
        batches = batches.min(1 << 40);
    }
}
