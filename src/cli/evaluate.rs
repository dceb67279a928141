//! x
use super::exit::Exit;
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}
pub(super) fn run(_: &Arguments) -> anyhow::Result<Exit> { Ok(Exit::Success) }
