//! Rewrites the tables and the plots of `bench/README.md` and `bench/TABLES.md`:
//! `cargo run --release -p bench --bin report`

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match bench::report::write(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
