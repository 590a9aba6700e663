//! All programs of all sessions, compiled.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use sockscope_frontend::code::{Language, Session, Words, programs};
use sockscope_frontend::model::{Entry, Model};

use crate::sessions;

pub(crate) static PREPARED: LazyLock<Prepared> = LazyLock::new(Prepared::new);

pub(crate) struct Recorded {
    pub(crate) name: &'static str,
    pub(crate) model: Model,
    pub(crate) session: Session,
    /// Where its programs and their files are.
    pub(crate) folder: PathBuf,
}

pub(crate) struct Prepared {
    sessions: HashMap<&'static str, Recorded>,
    /// All Rust programs in one binary, chosen by the name that it is started by.
    pub(crate) rust: PathBuf,
}

/// What the programs' comments name as dependencies, with the features that they use, so that
/// nothing is needed which the workspace does not have.
const MANIFEST: &str = "\
[package]
name = \"programs\"
version = \"0.0.0\"
edition = \"2024\"

[workspace]

[dependencies]
socket2 = { version = \"0.6\", features = [\"all\"] }
tokio = { version = \"1\", features = [\"io-util\", \"macros\", \"net\", \"rt-multi-thread\", \"time\"] }

[profile.dev]
debug = false
";

impl Prepared {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut sessions = HashMap::new();
        let mut modules = String::from("#![deny(warnings)]\n");
        let mut arms = String::new();
        // It stays, and with it the compiled dependencies.
        let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("programs");
        std::fs::create_dir_all(package.join("src")).unwrap();
        for name in sessions::NAMES {
            let log = runtime.block_on(sessions::record(name));
            let mut model = log.beginning();
            for event in log.events() {
                model.apply(Entry::Event(event.clone()));
            }
            let session = programs(&model);
            let place = package.join("sessions").join(name);
            std::fs::create_dir_all(&place).unwrap();
            for program in &session.programs {
                for (file, parts) in &program.files {
                    std::fs::write(place.join(file), parts.concat()).unwrap();
                }
                for language in Language::ALL {
                    let text = program.text(language, &Words::EN);
                    match language {
                        Language::Python => {
                            std::fs::write(place.join(program.file(language)), text).unwrap();
                        }
                        Language::C => {
                            let file = place.join(program.file(language));
                            std::fs::write(&file, text).unwrap();
                            compile_c(&file, &place.join(&program.name));
                        }
                        Language::Rust | Language::Tokio => {
                            let module = module(name, &program.name, language);
                            let text = text.replace("fn main() ->", "pub fn main() ->");
                            let text = text.replace("async pub", "pub async");
                            std::fs::write(package.join("src").join(module.clone() + ".rs"), text)
                                .unwrap();
                            writeln!(modules, "mod {module};").unwrap();
                            writeln!(arms, "        {module:?} => {module}::main(),").unwrap();
                        }
                    }
                }
            }
            let recorded = Recorded {
                name,
                model,
                session,
                folder: place,
            };
            sessions.insert(name, recorded);
        }
        let main = format!(
            "{modules}\nfn main() -> std::io::Result<()> {{\n    \
             let name = std::env::args().next().unwrap();\n    \
             match name.as_str() {{\n{arms}        other => panic!(\"{{other}}\"),\n    }}\n}}\n"
        );
        std::fs::write(package.join("src/main.rs"), main).unwrap();
        Self {
            sessions,
            rust: compile_rust(&package),
        }
    }

    pub(crate) fn session(&self, name: &str) -> &Recorded {
        &self.sessions[name]
    }
}

/// The name of a Rust program's module.
pub(crate) fn module(session: &str, program: &str, language: Language) -> String {
    let language = format!("{language:?}").to_lowercase();
    format!("{session}_{program}_{language}")
}

fn compile_c(source: &Path, binary: &Path) {
    let mut compiler = Command::new("cc");
    compiler.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o"]);
    let status = compiler.arg(binary).arg(source).status().unwrap();
    assert!(
        status.success(),
        "{}",
        std::fs::read_to_string(source).unwrap()
    );
}

/// Compiles the package with the workspace's own versions, which are there already.
fn compile_rust(package: &Path) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::write(package.join("Cargo.toml"), MANIFEST).unwrap();
    std::fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let target = package.join("target");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--target-dir"])
        .arg(&target)
        .current_dir(package)
        .status()
        .unwrap();
    assert!(
        status.success(),
        "the programs in {} do not compile",
        package.display()
    );
    target.join("debug/programs")
}
