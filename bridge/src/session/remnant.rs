//! What the kernel still holds of a connection that no descriptor shows.

use std::net::SocketAddr;
use std::time::Duration;

use sockscope_protocol::{Observation, TcpState};
use tokio::time::Instant;

use crate::socket::Connection;

/// After how long without a change of its state a connection is not looked at any more. TIME-WAIT,
/// the longest, takes 60 seconds on Linux.
const GIVE_UP: Duration = Duration::from_secs(65);

/// The shortest time between two looks: what changed a moment ago soon changes again.
const SOON: Duration = Duration::from_millis(50);

/// The longest time between two looks.
const LATE: Duration = Duration::from_secs(1);

/// The longest time between two looks in TIME-WAIT, which only ends early when the addresses are used
/// again.
const LATEST: Duration = Duration::from_secs(5);

/// A connection that the kernel may hold longer than any descriptor shows it.
#[derive(Debug)]
pub(super) struct Remnant {
    connection: Connection,
    shown: Option<Observation>,
    /// When the state was seen for the first time.
    since: Instant,
    /// When to look again.
    due: Instant,
}

impl Remnant {
    pub(super) fn new(connection: Connection, now: Instant) -> Self {
        Self {
            connection,
            shown: None,
            since: now,
            due: now,
        }
    }

    /// When to look again.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Whether this is the connection between these addresses.
    pub(super) fn is_between(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        self.connection.addresses() == (local, peer)
    }

    /// What was shown of it last.
    pub(super) fn last(&self) -> Option<&Observation> {
        self.shown.as_ref()
    }

    /// Nothing more will be seen of it.
    pub(super) fn is_over(&self) -> bool {
        let state = self.shown.as_ref().map(|shown| shown.state);
        matches!(state, Some(None | Some(TcpState::Closed)))
    }

    /// What is shown of it, looked up anew if that is due.
    pub(super) fn shown(&mut self, now: Instant) -> Observation {
        match &self.shown {
            Some(shown) if now < self.due || self.is_over() => shown.clone(),
            _ => self.look(now),
        }
    }

    /// Looks it up.
    pub(super) fn look(&mut self, now: Instant) -> Observation {
        let found = self.connection.look();
        let same = match (&found, &self.shown) {
            (Ok(found), Some(shown)) => found.state == shown.state,
            _ => false,
        };
        if !same {
            self.since = now;
        }
        let stays = now.saturating_duration_since(self.since);
        let shown = match found {
            Ok(found) if stays < GIVE_UP => found,
            Ok(_) | Err(_) => self.given_up(),
        };
        self.due = now + pause(&shown, stays);
        self.shown = Some(shown.clone());
        shown
    }

    /// What is said of it when it is not looked at any more.
    pub(super) fn given_up(&self) -> Observation {
        let (local, peer) = self.connection.addresses();
        Observation {
            local: Some(local),
            peer: Some(peer),
            ..Observation::default()
        }
    }
}

/// How long to wait before the next look at what has been in its state for some time.
fn pause(shown: &Observation, stays: Duration) -> Duration {
    match (shown.state, shown.ends_in_ms) {
        (Some(TcpState::TimeWait), Some(ends)) => {
            Duration::from_millis(u64::from(ends)).clamp(SOON, LATEST)
        }
        _ => (stays / 4).clamp(SOON, LATE),
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use sockscope_protocol::{Family, SocketType};

    use super::*;
    use crate::socket::Socket;

    /// A connection whose descriptor is closed; the peer holds on to it as long as what is returned.
    fn left_behind() -> (Remnant, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = listener.local_addr().unwrap();
        let socket = Socket::open(Family::Inet, SocketType::Stream).unwrap();
        let _ = socket.connect(peer);
        let (accepted, local) = listener.accept().unwrap();
        let connection = socket.connection(local, peer).unwrap();
        socket.close();
        (Remnant::new(connection, Instant::now()), accepted)
    }

    #[tokio::test]
    async fn a_state_that_stays_is_looked_at_ever_more_rarely_and_then_no_more() {
        let (mut remnant, _peer) = left_behind();
        let begin = Instant::now();
        // The peer's kernel takes its time for the ACK.
        while remnant.look(begin).state != Some(TcpState::FinWait2) {
            tokio::task::yield_now().await;
        }
        let mut now = begin;
        let mut looks = 0;
        while !remnant.is_over() {
            let shown = remnant.look(now);
            assert_eq!(shown.state.is_none(), remnant.is_over());
            now = remnant.due();
            looks += 1;
        }
        assert!(now - begin < GIVE_UP + LATE * 2, "{:?}", now - begin);
        assert!((65..100).contains(&looks), "{looks}");
        assert_eq!(remnant.shown(now).state, None);
    }

    #[tokio::test]
    async fn what_is_not_due_is_not_looked_up() {
        let (mut remnant, peer) = left_behind();
        let now = Instant::now();
        let before = remnant.shown(now);
        drop(peer);
        assert_eq!(remnant.shown(now), before);
        assert_eq!(remnant.shown(now + SOON).state, Some(TcpState::TimeWait));
        // The kernel says how long that takes.
        assert_eq!(remnant.due(), now + SOON + LATEST);
    }

    #[tokio::test]
    async fn what_changes_at_the_same_moment_does_not_seem_gone() {
        for _ in 0..40 {
            let (mut remnant, peer) = left_behind();
            let now = Instant::now();
            let closing = std::thread::spawn(move || drop(peer));
            while remnant.look(now).state != Some(TcpState::TimeWait) && !remnant.is_over() {}
            closing.join().unwrap();
            if remnant.is_over() {
                // TIME-WAIT may end at once by an RST (RFC 1337), but does not come back.
                let now = remnant.look(now).state;
                assert_eq!(now, Some(TcpState::Closed), "{remnant:?}");
            }
        }
    }
}
