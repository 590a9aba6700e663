//! How far the relay may be ahead of what its client has read.
//!
//! TCP tells a sender what the other side's kernel has, not what the program there has read. Where both
//! are on one machine no network is slower than the program, and mebibytes lie between the two: what a
//! small stream says waits behind all that a large one has sent. A WebSocket answers a ping once it has
//! read all that came before it (RFC 6455 section 5.5.2), so pings among the payload tell where the
//! program is. A client that never answers is not held back, nor is one whose WebSocket is a single
//! stream, which nobody waits behind.

/// How much a client may have before it. At the rate of a machine's memory it is read within a
/// millisecond.
const LEAD: u64 = 1024 * 1024;
/// How much more of it there is for streams that do not send much.
const RESERVE: u64 = 512 * 1024;
/// After how much the client is asked again.
const STEP: u64 = 128 * 1024;
/// The payload of a ping: a [`Mark`].
const PING: usize = 16;

/// A place in both directions of a WebSocket.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// Payload that was sent.
    sent: u64,
    /// What was heard until then.
    heard: u64,
}

impl Mark {
    fn write(self) -> [u8; PING] {
        let mut bytes = [0; PING];
        bytes[..8].copy_from_slice(&self.sent.to_be_bytes());
        bytes[8..].copy_from_slice(&self.heard.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (sent, heard) = bytes.split_first_chunk()?;
        Some(Self {
            sent: u64::from_be_bytes(*sent),
            heard: u64::from_be_bytes(heard.try_into().ok()?),
        })
    }
}

/// The account of one WebSocket.
#[derive(Debug)]
pub(super) struct Lead {
    /// The client is on this machine.
    near: bool,
    /// Several streams use the WebSocket.
    pub(super) shared: bool,
    now: Mark,
    /// How much was sent before the last ping.
    asked: Option<u64>,
    /// What the last answer was about.
    read: Option<Mark>,
}

impl Lead {
    pub(super) fn new(near: bool) -> Self {
        Self {
            near,
            shared: false,
            now: Mark::default(),
            asked: None,
            read: None,
        }
    }

    pub(super) fn sent(&mut self, payload: usize) {
        self.now.sent += payload as u64;
    }

    pub(super) fn heard(&mut self, bytes: usize) {
        self.now.heard += bytes as u64;
    }

    /// Whether more may be sent, of a stream that sends much or of one that does not.
    pub(super) fn allows(&self, much: bool) -> bool {
        let (Some(read), true) = (&self.read, self.shared) else {
            return true;
        };
        // The answer itself waits behind what the client sends.
        let crossing = self.now.heard - read.heard;
        let reserve = if much { 0 } else { RESERVE };
        self.now.sent - read.sent < LEAD + reserve + crossing
    }

    /// What to ask now, if it is time to.
    pub(super) fn ask(&mut self) -> Option<[u8; PING]> {
        let due = match (self.asked, &self.read) {
            (None, _) => true,
            // Nobody knows yet whether it answers.
            (Some(_), None) => false,
            (Some(asked), Some(_)) => self.now.sent - asked >= STEP,
        };
        (self.near && self.shared && due).then(|| {
            self.asked = Some(self.now.sent);
            self.now.write()
        })
    }

    /// The client has answered; whether that says anything new.
    pub(super) fn answered(&mut self, bytes: &[u8]) -> bool {
        let Some(mark) = Mark::read(bytes) else {
            return false;
        };
        let asked = self.asked.is_some_and(|asked| mark.sent <= asked);
        let new = self.read.is_none_or(|read| mark.sent > read.sent);
        let answers = asked && new && mark.heard <= self.now.heard;
        if answers {
            self.read = Some(mark);
        }
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Lead {
        let mut lead = Lead::new(true);
        lead.shared = true;
        lead
    }

    #[test]
    fn a_client_that_answers_is_not_left_far_behind() {
        let mut lead = shared();
        let first = lead.ask().unwrap();
        lead.sent(10 * LEAD as usize);
        assert!(lead.allows(true) && lead.ask().is_none());
        assert!(lead.answered(&first));
        assert!(!lead.allows(true) && !lead.allows(false));
        let second = lead.ask().unwrap();
        assert!(lead.ask().is_none());
        assert!(lead.answered(&second) && !lead.answered(&second));
        lead.sent(LEAD as usize - 1);
        assert!(lead.allows(true));
        lead.sent(1);
        assert!(!lead.allows(true) && lead.allows(false));
        lead.heard(1);
        assert!(lead.allows(true));
        lead.shared = false;
        lead.sent(LEAD as usize);
        assert!(lead.allows(true));
    }

    #[test]
    fn who_is_far_or_silent_is_not_held_back() {
        let mut far = Lead::new(false);
        far.shared = true;
        assert!(far.ask().is_none());
        let mut silent = shared();
        silent.ask().unwrap();
        for lead in [&mut far, &mut silent] {
            lead.sent(usize::MAX >> 1);
            assert!(lead.allows(true) && lead.ask().is_none());
        }
    }

    #[test]
    fn answers_to_nothing_are_ignored() {
        let mut lead = shared();
        assert!(!lead.answered(&[0; PING]));
        lead.ask().unwrap();
        for wrong in [&[][..], &[0; PING - 1], &[0; PING + 1], &[255; PING]] {
            assert!(!lead.answered(wrong));
        }
        assert!(lead.answered(&[0; PING]));
    }
}
