use sockscope_protocol::{ServerMessage, parse_server_message};

use super::{BEGINNING, FORMAT_VERSION, Log};

/// The longest line that is read: the largest message of a bridge, in base64, several times over.
const LINE_BYTES: usize = 16 << 20;

/// Why a file is not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Its first line is not that of a recording.
    NotARecording,
    /// It is of a version that this page does not know.
    Version(u32),
    /// A line cannot be understood: which, from 1, and why, in English.
    Line(usize, String),
    /// A line is longer than any that is written: which, from 1.
    Long(usize),
    /// The browser could not read it: why, in the browser's words.
    Unreadable(String),
}

/// What is worth knowing of a file that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    /// Lines of kinds that this page does not know.
    pub skipped: usize,
    /// The last line is not whole and was left out.
    pub cut_off: bool,
}

/// Reads a file piece by piece, as it comes.
#[derive(Debug, Default)]
pub struct Reader {
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// Lines read.
    lines: usize,
    log: Log,
    notes: Notes,
}

impl Reader {
    /// Takes the next piece of the file.
    ///
    /// # Errors
    /// [`Problem`] with the first line that is not one of a recording.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let mut lines = piece.split(|byte| *byte == b'\n');
        let rest = lines.next_back().unwrap_or_default();
        for line in lines {
            if self.rest.is_empty() {
                self.line(line)?;
            } else {
                self.rest.extend_from_slice(line);
                let whole = std::mem::take(&mut self.rest);
                self.line(&whole)?;
            }
        }
        self.rest.extend_from_slice(rest);
        if self.rest.len() > LINE_BYTES {
            return Err(Problem::Long(self.lines + 1));
        }
        Ok(())
    }

    /// What has been read so far.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The file has ended.
    ///
    /// # Errors
    /// [`Problem`] when it is no recording.
    pub fn finish(mut self) -> Result<(Log, Notes), Problem> {
        let rest = std::mem::take(&mut self.rest);
        if self.line(&rest).is_err() {
            self.notes.cut_off = true;
        }
        if self.log.welcome().is_none() {
            return Err(Problem::NotARecording);
        }
        Ok((self.log, self.notes))
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Problem> {
        self.lines += 1;
        let text = std::str::from_utf8(line).map(str::trim);
        if self.lines == 1 {
            return self.first(text.unwrap_or_default());
        }
        let text = text.map_err(|error| Problem::Line(self.lines, error.to_string()))?;
        if text.is_empty() {
            return Ok(());
        }
        self.entry(text)
            .map_err(|why| Problem::Line(self.lines, why))
    }

    fn first(&mut self, text: &str) -> Result<(), Problem> {
        // Some editors put a mark in front.
        let text = text.trim_start_matches('\u{feff}');
        let version = text.strip_prefix(BEGINNING).ok_or(Problem::NotARecording)?;
        let version = version.split([',', '}']).next().unwrap_or_default();
        match version.trim().parse() {
            Ok(FORMAT_VERSION) => {}
            Ok(other) => return Err(Problem::Version(other)),
            Err(_) => return Err(Problem::NotARecording),
        }
        match parse_server_message(text) {
            Ok(ServerMessage::Welcome(welcome)) => {
                let fields = text.split_once(',').map_or("", |(_, fields)| fields);
                let fields = fields.split_once(',').map_or("", |(_, fields)| fields);
                self.log.greet(&welcome, &format!("{{{fields}"));
                Ok(())
            }
            Ok(_) => Err(Problem::NotARecording),
            Err(error) => Err(Problem::Line(1, error.to_string())),
        }
    }

    fn entry(&mut self, text: &str) -> Result<(), String> {
        let event = match parse_server_message(text) {
            Ok(ServerMessage::Event(event)) => event,
            // The numbers of the events tell as much.
            Ok(ServerMessage::Truncated { .. }) => return Ok(()),
            Ok(_) => return self.skip(),
            Err(error) => {
                let why = error.to_string();
                return match why.starts_with("unknown ") {
                    true => self.skip(),
                    false => Err(why),
                };
            }
        };
        let (last, end) = (self.log.last(), self.log.end());
        if event.seq <= last {
            return Err(format!("event {} after event {last}", event.seq));
        }
        if event.time < end {
            return Err(format!("time {} after time {end}", event.time));
        }
        self.log.push(event, Some(text));
        Ok(())
    }

    /// A kind of a later version.
    fn skip(&mut self) -> Result<(), String> {
        self.notes.skipped += 1;
        Ok(())
    }
}
