//! The afterdose command.

use afterdose::cli::{self, args::Cli};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::main(&Cli::parse()))
}
