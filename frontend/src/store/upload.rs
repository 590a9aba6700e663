use std::ops::Range;

use sockscope_protocol::{CallId, Data, HEADER_LEN, Limits, Outcome, SocketId};

/// The most that is read of a file at once.
const SLICE: u64 = 256 << 10;

/// Files that are being sent, one per socket.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Uploads(Vec<(SocketId, Upload)>);

/// A file on its way through `sendall`, slice by slice: only some slices are in memory at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Bytes that the kernel has taken.
    pub taken: u64,
    /// How it stands.
    pub state: UploadState,
    read: u64,
    reading: bool,
    in_flight: Vec<(CallId, u64)>,
}

/// How an upload stands.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadState {
    /// It goes on.
    Running,
    /// The kernel has taken everything.
    Done,
    /// A person ended it.
    Cancelled,
    /// A call did not send its slice.
    Failed(Outcome),
    /// The bridge did not make a call: why, in its words.
    Rejected(String),
    /// The file could not be read: why, in the browser's words.
    Unreadable(String),
    /// The session is over.
    SessionOver,
    /// The page was loaded again, and has the file no more.
    Interrupted,
}

impl Upload {
    fn new(name: String, size: u64) -> Self {
        Self {
            name,
            size,
            taken: 0,
            state: if size == 0 {
                UploadState::Done
            } else {
                UploadState::Running
            },
            read: 0,
            reading: false,
            in_flight: Vec::new(),
        }
    }

    /// Whether it goes on.
    #[must_use]
    pub fn running(&self) -> bool {
        self.state == UploadState::Running
    }

    fn waiting(&self) -> u64 {
        self.in_flight.iter().map(|(_, len)| len).sum()
    }

    fn carries(&self, call: CallId) -> bool {
        self.in_flight.iter().any(|(known, _)| *known == call)
    }

    /// Takes a call off. Returns whether it was one of this file's.
    fn ended(&mut self, call: CallId) -> bool {
        let carried = self.carries(call);
        self.in_flight.retain(|(known, _)| *known != call);
        carried
    }
}

impl Uploads {
    /// The file that a socket sends or sent last.
    #[must_use]
    pub fn get(&self, socket: SocketId) -> Option<&Upload> {
        let mut all = self.0.iter();
        all.find(|(known, _)| *known == socket)
            .map(|(_, upload)| upload)
    }

    fn get_mut(&mut self, socket: SocketId) -> Option<&mut Upload> {
        let mut all = self.0.iter_mut();
        all.find(|(known, _)| *known == socket)
            .map(|(_, upload)| upload)
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Upload> {
        self.0.iter_mut().map(|(_, upload)| upload)
    }

    /// Those that a reload interrupts, as a text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (socket, upload) in &self.0 {
            if matches!(
                upload.state,
                UploadState::Running | UploadState::Interrupted
            ) {
                let numbers = [u64::from(socket.0), upload.taken, upload.size];
                for number in numbers {
                    text += &number.to_string();
                    text.push(' ');
                }
                text += &upload.name;
                text.push('\n');
            }
        }
        text
    }

    /// Those that a reload has interrupted, from that text.
    pub(super) fn interrupted(text: &str) -> Self {
        let one = |line: &str| {
            let mut words = line.splitn(4, ' ');
            let socket = SocketId(words.next()?.parse().ok()?);
            let taken = words.next()?.parse().ok()?;
            let size = words.next()?.parse().ok()?;
            let upload = Upload {
                taken,
                state: UploadState::Interrupted,
                ..Upload::new(words.next()?.to_owned(), size)
            };
            Some((socket, upload))
        };
        Self(text.lines().filter_map(one).collect())
    }

    /// The sockets that send a file now.
    pub fn running(&self) -> impl Iterator<Item = SocketId> {
        self.0
            .iter()
            .filter(|(_, upload)| upload.running())
            .map(|(socket, _)| *socket)
    }

    /// Whether a slice of the socket's file is on its way, so that a return will come.
    pub(super) fn has_call(&self, socket: SocketId) -> bool {
        self.get(socket)
            .is_some_and(|upload| !upload.in_flight.is_empty())
    }

    /// Begins, unless the socket sends a file already. Returns whether it did.
    pub(super) fn begin(&mut self, socket: SocketId, name: String, size: u64) -> bool {
        if self.get(socket).is_some_and(Upload::running) {
            return false;
        }
        self.0.retain(|(known, _)| *known != socket);
        self.0.push((socket, Upload::new(name, size)));
        true
    }

    /// The slice to read next. `waiting` is what the session holds for calls that have not returned;
    /// half of what it may hold is left to others.
    pub(super) fn next(
        &mut self,
        socket: SocketId,
        waiting: u64,
        limits: &Limits,
    ) -> Option<Range<u64>> {
        let upload = self.get_mut(socket)?;
        let longest = u64::from(limits.message_bytes).saturating_sub(HEADER_LEN as u64);
        let len = SLICE.min(longest).min(upload.size - upload.read);
        let room = waiting + len <= limits.pending_bytes / 2;
        if !upload.running() || upload.reading || len == 0 || !room {
            return None;
        }
        upload.reading = true;
        Some(upload.read..upload.read + len)
    }

    /// A slice was read and its `sendall` is on its way.
    pub(super) fn handed(&mut self, socket: SocketId, call: CallId, len: u64) {
        if let Some(upload) = self.get_mut(socket) {
            upload.reading = false;
            upload.read += len;
            upload.in_flight.push((call, len));
        }
    }

    /// A slice was read and cannot be sent yet: it is read again when there is room.
    pub(super) fn put_back(&mut self, socket: SocketId) {
        if let Some(upload) = self.get_mut(socket) {
            upload.reading = false;
        }
    }

    /// Ends one. Returns the calls that are to be cancelled.
    pub(super) fn stop(&mut self, socket: SocketId, state: UploadState) -> Vec<CallId> {
        let Some(upload) = self.get_mut(socket).filter(|upload| upload.running()) else {
            return Vec::new();
        };
        upload.state = state;
        upload.reading = false;
        upload.in_flight.iter().map(|(call, _)| *call).collect()
    }

    pub(super) fn sent(&mut self, data: &Data) {
        if let Some(upload) = self.get_mut(data.socket)
            && upload.carries(data.call)
        {
            upload.taken += u64::from(data.size);
        }
    }

    pub(super) fn returned(&mut self, call: CallId, outcome: &Outcome) {
        for upload in self.all() {
            if !upload.ended(call) {
                continue;
            }
            if !matches!(outcome, Outcome::Ok(_)) && upload.running() {
                upload.state = UploadState::Failed(outcome.clone());
            } else if upload.read == upload.size && upload.waiting() == 0 && upload.running() {
                upload.state = UploadState::Done;
            }
        }
    }

    pub(super) fn rejected(&mut self, call: CallId, message: &str) {
        for upload in self.all() {
            if upload.ended(call) && upload.running() {
                upload.state = UploadState::Rejected(message.to_owned());
            }
        }
    }

    /// The calls of uploads that have ended early: what they still have to send must not follow a
    /// slice that is missing.
    pub(super) fn stray(&mut self) -> Vec<CallId> {
        self.all()
            .filter(|upload| !upload.running())
            .flat_map(|upload| std::mem::take(&mut upload.in_flight))
            .map(|(call, _)| call)
            .collect()
    }

    pub(super) fn session_over(&mut self) {
        for upload in self.all().filter(|upload| upload.running()) {
            upload.state = UploadState::SessionOver;
        }
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
