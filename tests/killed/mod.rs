//! Processes that are killed or interrupted.

use blockspin::random::Stream;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Output};
use std::time::{Duration, Instant};

/// Exit code (−1 if a signal ended it), standard output and standard error, which may end anywhere.
pub(super) fn outcome(output: &Output) -> (i32, String, String) {
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// Kills the process at a moment that the stream chooses, after fewer than `changes` changes of its checkpoints and
/// less than `microseconds` more: some at its start, most near one of its checkpoints. Says whether it was still
/// running.
pub(super) fn kill_somewhere(
    mut child: Child,
    checkpoints: &[PathBuf],
    (changes, microseconds): (usize, usize),
    stream: &mut Stream,
) -> bool {
    let changes = stream.index(changes);
    let stamp = || {
        let modified = |path| fs::metadata(path).and_then(|m| m.modified()).ok();
        checkpoints.iter().map(modified).collect::<Vec<_>>()
    };
    let mut before = stamp();
    let mut seen = 0;
    while seen < changes && child.try_wait().unwrap().is_none() {
        let now = stamp();
        seen += usize::from(now != before);
        before = now;
    }
    let pause = Duration::from_micros(stream.index(microseconds) as u64);
    let start = Instant::now();
    while start.elapsed() < pause {
        std::hint::spin_loop();
    }
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    let (code, _, err) = outcome(&child.wait_with_output().unwrap());
    // Killed, or complete before that.
    assert!(code == -1 || code == 0, "{code}: {err}");
    running && code == -1
}

/// How many processes are killed: `BLOCKSPIN_KILLS` of the environment, where it is set.
pub(super) fn kills(otherwise: usize) -> usize {
    std::env::var("BLOCKSPIN_KILLS").map_or(otherwise, |n| n.parse().unwrap())
}
