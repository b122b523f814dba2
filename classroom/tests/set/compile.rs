//! Compiles an answer and runs it, as Rustlings does.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::Value;

/// Rustlings has no time limit. The exercises promise to end within a few seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// Where cargo has put the libraries that an exercise needs.
pub struct Compiler {
    libraries: Vec<(String, PathBuf)>,
    /// The folder of the libraries that these need in turn.
    dependencies: PathBuf,
}

/// An answer that was compiled.
pub struct Answer {
    compiled: Outcome,
    program: PathBuf,
}

/// What happened when an answer was compiled or run.
#[derive(Clone)]
pub struct Outcome {
    pub passed: bool,
    pub took: Duration,
    pub output: String,
}

impl Compiler {
    /// Lets cargo build the library of the exercises, and asks where it is.
    pub fn new() -> Compiler {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--quiet", "--package", "classroom", "--lib"])
            .arg("--message-format=json-render-diagnostics")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit());
        // Cargo has set these for this test. Some crates are built again when they change.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        let cargo = cargo
            .output()
            .expect("cargo runs, because it started this test");
        assert!(
            cargo.status.success(),
            "the library of the exercises does not compile"
        );

        let messages = String::from_utf8(cargo.stdout).expect("cargo writes UTF-8");
        let mut libraries = Vec::new();
        let mut dependencies = PathBuf::new();
        for message in messages.lines() {
            let message: Value = serde_json::from_str(message).expect("cargo writes JSON");
            let name = message["target"]["name"].as_str().unwrap_or_default();
            let files = message["filenames"].as_array().into_iter().flatten();
            let library = files
                .filter_map(Value::as_str)
                .find(|file| file.ends_with(".rlib"));
            let Some(library) = library.map(PathBuf::from) else {
                continue;
            };
            if name == "crossbeam_channel" {
                dependencies = library.parent().expect("it is in a folder").to_path_buf();
            }
            if ["classroom", "crossbeam_channel", "worker_pools"].contains(&name) {
                libraries.push((name.to_string(), library));
            }
        }
        assert_eq!(
            libraries.len(),
            3,
            "expected three libraries, but cargo named {libraries:?}"
        );
        Compiler {
            libraries,
            dependencies,
        }
    }

    pub fn compile(&self, name: &str, source: &str) -> Answer {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let source_file = folder.join(format!("{name}.rs"));
        let program = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
        fs::write(&source_file, source).expect("there is room for a small file");

        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or("rustc".into()));
        rustc.args([
            "--edition",
            "2024",
            "--crate-name",
            "answer",
            "--allow",
            "unused",
        ]);
        rustc.arg(&source_file).arg("-o").arg(&program);
        for (name, library) in &self.libraries {
            rustc
                .arg("--extern")
                .arg(format!("{name}={}", library.display()));
        }
        rustc
            .arg("-L")
            .arg(format!("dependency={}", self.dependencies.display()));
        let compiled = outcome(&mut rustc, &folder.join(format!("{name}.rustc")));
        Answer { compiled, program }
    }
}

impl Answer {
    /// Runs its checks: `cargo run --bin NAME`. If it does not compile, returns what the compiler
    /// said.
    pub fn run(&self) -> Outcome {
        self.run_in("C") // the pictures in ASCII, whatever the terminal can show
    }

    /// The same, with this locale.
    pub fn run_in(&self, locale: &str) -> Outcome {
        if !self.compiled.passed {
            return self.compiled.clone();
        }
        let mut run = Command::new(&self.program);
        run.env("RUST_BACKTRACE", "0").env("LC_ALL", locale);
        outcome(&mut run, &self.program.with_extension("output"))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.program); // there are many, and they are large
    }
}

/// Runs the command until it ends or the limit is reached. All its output goes to one file.
fn outcome(command: &mut Command, output: &Path) -> Outcome {
    let file = fs::File::create(output).expect("the folder is writable");
    let stderr = file.try_clone().expect("a file can be opened twice");
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(stderr)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child of this process") {
            break Some(status);
        }
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        thread::sleep(Duration::from_millis(10));
    };
    let mut text = String::from_utf8_lossy(&fs::read(output).expect("just written")).into_owned();
    if status.is_none() {
        text.push_str("\nHANGS: it did not end, so the test of the set killed it\n");
    }
    Outcome {
        passed: status.is_some_and(|status| status.success()),
        took: start.elapsed(),
        output: text,
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let passed = if self.passed { "passed" } else { "failed" };
        writeln!(
            f,
            "{passed} after {:.1} s:\n{}",
            self.took.as_secs_f64(),
            self.output
        )
    }
}
