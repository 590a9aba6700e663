//! Running a command as a step that a person follows.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, PipeReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::place;

/// How long a step that shows no output may be silent.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// How much of a quiet step's output is shown when it fails.
const TAIL_LINES: usize = 20;

/// One step: what it does, how long that may take, and what a person can do if it fails.
pub(crate) struct Job {
    title: String,
    expect: &'static str,
    hint: String,
    log: PathBuf,
    echo: bool,
    limit: Option<Duration>,
}

impl Job {
    /// A step whose output goes to `target/xtask/<name>.log`.
    pub(crate) fn new(name: &str, title: impl Into<String>) -> Result<Self> {
        Ok(Self {
            title: title.into(),
            expect: "",
            hint: String::new(),
            log: place::logs()?.join(format!("{name}.log")),
            echo: false,
            limit: None,
        })
    }

    /// How long it may take, in words.
    pub(crate) fn expect(mut self, expect: &'static str) -> Self {
        self.expect = expect;
        self
    }

    /// What to do when it fails.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Shows the output as it comes, too.
    pub(crate) fn echo(mut self) -> Self {
        self.echo = true;
        self
    }

    /// Ends the command when it takes longer.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Runs the command to its end and returns its output, stdout and stderr as they came. Fails if
    /// the command fails.
    pub(crate) fn run(self, command: &mut Command) -> Result<String> {
        let (status, output) = self.outcome(command)?;
        if status.success() {
            return Ok(output);
        }
        if !self.echo {
            let lines: Vec<&str> = output.lines().collect();
            for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
                eprintln!("  | {line}");
            }
        }
        let Self {
            title, hint, log, ..
        } = self;
        let hint = if hint.is_empty() {
            hint
        } else {
            format!(": {hint}")
        };
        bail!(
            "{title} failed ({status}){hint}. Full output: {}",
            log.display()
        );
    }

    /// Runs the command to its end, whichever that is.
    pub(crate) fn outcome(&self, command: &mut Command) -> Result<(ExitStatus, String)> {
        if self.expect.is_empty() {
            say(&self.title);
        } else {
            say(&format!("{} ({})", self.title, self.expect));
        }
        let began = Instant::now();
        let (status, output) = self.follow(command, began)?;
        let end = if status.success() {
            "done in"
        } else {
            "failed after"
        };
        say(&format!("  {end} {}", words(began.elapsed())));
        Ok((status, output))
    }

    fn follow(&self, command: &mut Command, began: Instant) -> Result<(ExitStatus, String)> {
        let mut log = File::create(&self.log)
            .with_context(|| format!("cannot write {}", self.log.display()))?;
        writeln!(log, "$ {command:?}")?;
        let (mut child, lines) = spawn(command)?;
        let mut output = String::new();
        let mut heartbeat = began;
        loop {
            match lines.recv_timeout(Duration::from_secs(1)) {
                Ok(line) => {
                    writeln!(log, "{line}")?;
                    if self.echo {
                        eprintln!("{line}");
                    }
                    output.push_str(&line);
                    output.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.limit.is_some_and(|limit| began.elapsed() > limit) {
                child
                    .kill()
                    .context("cannot end a command that takes too long")?;
                output.push_str("ended, because it took too long\n");
                break;
            }
            if !self.echo && heartbeat.elapsed() >= HEARTBEAT {
                heartbeat = Instant::now();
                say(&format!("  still at it after {}", words(began.elapsed())));
            }
        }
        Ok((child.wait()?, output))
    }
}

/// Says something to the person, on stderr: stdout belongs to the bridge.
pub(crate) fn say(text: &str) {
    eprintln!("xtask: {text}");
}

/// The first line that a quick command prints, if it can be run and succeeds.
pub(crate) fn first_line(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .next()
        .map(str::to_owned)
}

/// A duration as a person says it.
pub(crate) fn words(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// The lookup of a program, absolute.
pub(crate) fn find(program: impl AsRef<Path>) -> Option<PathBuf> {
    which::which(program.as_ref()).ok()
}

fn spawn(command: &mut Command) -> Result<(Child, Receiver<String>)> {
    let program = command.get_program().to_owned();
    let (reader, writer) = std::io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let child = command
        .spawn()
        .with_context(|| format!("cannot start {}", Path::new(&program).display()))?;
    // The command holds writing ends of its own, which would keep the pipe open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok((child, lines(reader)))
}

fn lines(reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = mpsc::sync_channel(256);
    thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if sender.send(text).is_err() {
                break;
            }
        }
    });
    receiver
}
