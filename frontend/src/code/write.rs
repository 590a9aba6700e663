//! Lines, and texts with places to be filled.

use sockscope_protocol::CallId;

use super::step::{End, Remark, Step};
use super::{Line, Program, Words};

/// Lines as they are written.
#[derive(Default)]
pub(super) struct Out {
    pub(super) lines: Vec<Line>,
    pub(super) indent: usize,
    /// The calls that the next lines are.
    pub(super) calls: Vec<CallId>,
}

impl Out {
    /// Writes lines. What stands before `\n` in the text is a line.
    pub(super) fn put(&mut self, text: &str) {
        for line in text.split('\n') {
            let text = if line.is_empty() {
                String::new()
            } else {
                " ".repeat(self.indent) + line
            };
            self.lines.push(Line {
                text,
                calls: self.calls.clone(),
            });
        }
    }

    /// Writes a line with a comment behind it.
    pub(super) fn note(&mut self, text: &str, mark: &str, comment: &str) {
        if comment.is_empty() {
            self.put(text);
        } else if text.is_empty() {
            self.put(&[mark, comment].join(" "));
        } else {
            let gap = if mark == "#" { "  " } else { " " };
            self.put(&[text, gap, mark, " ", comment].concat());
        }
    }

    /// Puts the program's beginning before it.
    pub(super) fn after(self, head: Vec<String>) -> Vec<Line> {
        let head = head.into_iter().map(|text| Line {
            text,
            calls: Vec::new(),
        });
        head.chain(self.lines).collect()
    }

    /// Whether a word stands in a line so far.
    pub(super) fn has(&self, word: &str) -> bool {
        self.lines.iter().any(|line| line.text.contains(word))
    }
}

/// A text with `$` and a letter where something else is to stand.
pub(super) fn fill(template: &str, values: &[(char, &str)]) -> String {
    let mut text = String::new();
    let mut rest = template.chars();
    while let Some(one) = rest.next() {
        if one != '$' {
            text.push(one);
            continue;
        }
        let name = rest.next().unwrap_or('$');
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => text.push_str(value),
            None => text.extend(['$', name]),
        }
    }
    text
}

/// What a step's comment says.
pub(super) fn comment(step: &Step, count: u64, words: &Words, lost: bool) -> String {
    let mut parts = Vec::new();
    if let End::Errno(name) | End::Resolver(name) = &step.end {
        parts.push(name.clone());
    }
    if step.end == End::Waiting {
        parts.push(words.waiting.to_owned());
    }
    if step.remark != Remark::None {
        parts.push(words.of(&step.remark, count));
    }
    if lost {
        parts.push(words.lost.to_owned());
    }
    parts.join("; ")
}

/// The comment that a program begins with.
pub(super) fn head(program: &Program, words: &Words, file: &str, run: &str) -> Vec<String> {
    let mut head = vec![
        [file, ": ", words.written].concat(),
        [words.run, " ", run].concat(),
    ];
    if let Some(after) = &program.after {
        head.push(words.after.replace("$c", after));
    }
    if program.torn {
        head.push(words.torn.to_owned());
    }
    if program.more > 0 {
        head.push(words.more.replace("$n", &program.more.to_string()));
    }
    head
}

/// `<port>` arguments, as a command line shows them.
pub(super) fn arguments(program: &Program) -> String {
    program
        .ports
        .iter()
        .map(|port| " [".to_owned() + &port.to_string() + "]")
        .collect()
}

/// Microseconds as seconds: `0.25`.
pub(super) fn seconds(us: u64) -> String {
    let text = (us / 1_000_000).to_string() + "." + &(1_000_000 + us % 1_000_000).to_string()[1..];
    let short = text.trim_end_matches('0');
    if short.ends_with('.') {
        short.to_owned() + "0"
    } else {
        short.to_owned()
    }
}
