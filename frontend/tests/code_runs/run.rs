//! Programs, run against each other.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use sockscope_frontend::code::{Language, Program};

use crate::DEADLINE;
use crate::expected::{of_output, of_session};
use crate::prepared::{Prepared, Recorded, module};

/// A program that runs, and ends with the test.
struct Running<'a> {
    program: &'a Program,
    child: Child,
    output: tempfile::NamedTempFile,
    errors: tempfile::NamedTempFile,
}

/// Sessions in which somebody waits in vain. Their programs pause as the person did, a third of a
/// second longer than the wait: on a machine that holds a program up for that long, the session
/// itself would have been another one, so they are run again.
const ABOUT_TIME: [&str; 2] = ["timeout", "non_blocking"];
const TRIES: usize = 10;

/// Runs all programs of a session and compares what they received with what its sockets did.
pub(crate) fn together(
    prepared: &Prepared,
    recorded: &Recorded,
    servers: Language,
    clients: Language,
) {
    let about_time = ABOUT_TIME.contains(&recorded.name);
    let tries = if about_time { TRIES } else { 1 };
    let mut wrong = String::new();
    for _ in 0..tries {
        wrong = once(prepared, recorded, servers, clients);
        if wrong.is_empty() {
            return;
        }
    }
    panic!("{wrong}");
}

/// What went wrong.
fn once(prepared: &Prepared, recorded: &Recorded, servers: Language, clients: Language) -> String {
    let mut ports = Vec::<(u16, u16)>::new();
    let mut running = Vec::new();
    for program in &recorded.session.programs {
        let server = program.name.starts_with("server");
        let language = if server { servers } else { clients };
        let given: Vec<u16> = program
            .ports
            .iter()
            .map(|port| stands_for(&mut ports, *port))
            .collect();
        let mut started = start(prepared, recorded, program, language, &given);
        // The next program is started when this one has done what others wait for.
        wait(&mut started, |started| {
            let there = given.first().is_some_and(|port| is_there(*port, server));
            there || started.child.try_wait().unwrap().is_some()
        });
        running.push(started);
    }
    let long = recorded.name == "files";
    let mut wrong = String::new();
    for one in &mut running {
        wait(one, |one| one.child.try_wait().unwrap().is_some());
        let status = one.child.wait().unwrap();
        let output = std::fs::read(one.output.path()).unwrap();
        let expected = of_session(&recorded.model, one.program, long);
        let got = of_output(&output, &recorded.model, one.program, long);
        if !status.success() || got != expected {
            let said = std::fs::read_to_string(one.errors.path()).unwrap();
            wrong += &format!(
                "{} in {}, with {servers:?} as server and {clients:?} as client, ended with {status}\n\
                 {said}expected {expected:?}\ngot      {got:?}\nprinted {:?}\n",
                one.program.name,
                recorded.name,
                String::from_utf8_lossy(&output[..output.len().min(2_000)]),
            );
        }
    }
    wrong
}

fn start<'a>(
    prepared: &Prepared,
    recorded: &Recorded,
    program: &'a Program,
    language: Language,
    ports: &[u16],
) -> Running<'a> {
    let mut command = match language {
        Language::Python => {
            let mut command = Command::new(python());
            command
                .arg("-W")
                .arg("error::SyntaxWarning")
                .arg(program.file(language));
            command
        }
        Language::C => Command::new(recorded.folder.join(&program.name)),
        Language::Rust | Language::Tokio => {
            let mut command = Command::new(&prepared.rust);
            command.arg0(module(recorded.name, &program.name, language));
            command
        }
    };
    let (output, errors) = (
        tempfile::NamedTempFile::new().unwrap(),
        tempfile::NamedTempFile::new().unwrap(),
    );
    let writes = |file: &tempfile::NamedTempFile| Stdio::from(File::create(file.path()).unwrap());
    let child = command
        .args(ports.iter().map(u16::to_string))
        .current_dir(&recorded.folder)
        .stdin(Stdio::null())
        .stdout(writes(&output))
        .stderr(writes(&errors))
        .spawn()
        .unwrap();
    Running {
        program,
        child,
        output,
        errors,
    }
}

fn python() -> String {
    std::env::var("SOCKSCOPE_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // It has ended already, unless something went wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until something is so.
fn wait(one: &mut Running<'_>, mut so: impl FnMut(&mut Running<'_>) -> bool) {
    let began = Instant::now();
    while !so(one) {
        if began.elapsed() > DEADLINE {
            // What it has done so far tells what it waits for.
            let _ = one.child.kill();
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A port of this run that stands for one of the session.
fn stands_for(ports: &mut Vec<(u16, u16)>, port: u16) -> u16 {
    if let Some((_, free)) = ports.iter().find(|(known, _)| *known == port) {
        return *free;
    }
    let free = free_port();
    ports.push((port, free));
    free
}

/// A port that is free, and that the kernel gives to nobody in the meantime: one below those that
/// it chooses from (`ip_local_port_range`).
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 100).unwrap() * 200;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % 4_000;
        if TcpListener::bind(("::", port)).is_ok() {
            return port;
        }
    }
}

/// Whether the kernel has a server's port (listening, or bound with UDP), or a client's connection
/// to it.
fn is_there(port: u16, server: bool) -> bool {
    let port = format!(":{port:04X}");
    ["tcp", "tcp6", "udp", "udp6"].into_iter().any(|table| {
        let table_text = std::fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
        table_text.lines().skip(1).any(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (local, remote) = (
                words.next().unwrap_or_default(),
                words.next().unwrap_or_default(),
            );
            let state = words.next().unwrap_or_default();
            if server {
                local.ends_with(&port) && (state == "0A" || table.starts_with("udp"))
            } else {
                // Whatever follows ESTABLISHED, the server has it in its queue.
                remote.ends_with(&port) && state != "02"
            }
        })
    })
}
