//! The `blockspin` program.

fn main() -> blockspin::cli::Exit {
    blockspin::cli::run()
}
