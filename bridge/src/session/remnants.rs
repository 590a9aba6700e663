//! Watching the connections that outlive their descriptors.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use sockscope_protocol::{EventBody, Observation, SocketId};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::observe::is_news;
use super::remnant::Remnant;
use super::slot::lock;
use super::{Log, Session};

/// How many connections of a session are watched after their descriptors are closed; the oldest are
/// let go.
const MAX_REMNANTS: usize = 64;

/// The connections of a session that outlive their descriptors. What is written down of them is
/// written while the list is locked, so that it comes in the order of the looks.
#[derive(Debug, Default)]
pub(super) struct Remnants {
    watched: Mutex<VecDeque<(SocketId, Remnant)>>,
    /// Fires when there is something to look at earlier.
    sooner: Notify,
}

impl Remnants {
    /// Writes down that a socket was closed, and what the kernel holds of its connection from then on.
    pub(super) fn closed(
        &self,
        log: &Log,
        closed: EventBody,
        socket: SocketId,
        mut remnant: Remnant,
    ) {
        let mut watched = lock(&self.watched);
        let kernel = remnant.look(Instant::now());
        let mut news = vec![closed, EventBody::Observed { socket, kernel }];
        if !remnant.is_over() {
            watched.push_back((socket, remnant));
            if watched.len() > MAX_REMNANTS {
                news.extend(watched.pop_front().map(|(socket, oldest)| {
                    let kernel = oldest.given_up();
                    EventBody::Observed { socket, kernel }
                }));
            }
            self.sooner.notify_one();
        }
        log.append(news);
    }

    /// Looks at the connection between these addresses, if it is watched: something has happened at
    /// its other end.
    pub(super) fn look_between(&self, log: &Log, local: SocketAddr, peer: SocketAddr) {
        let now = Instant::now();
        self.look(log, |remnant| {
            let is_meant = remnant.is_between(local, peer);
            is_meant.then(|| {
                self.sooner.notify_one();
                remnant.look(now)
            })
        });
    }

    fn look(&self, log: &Log, mut look: impl FnMut(&mut Remnant) -> Option<Observation>) {
        let mut watched = lock(&self.watched);
        let mut news = Vec::new();
        watched.retain_mut(|(socket, remnant)| {
            let before = remnant.last().cloned();
            if let Some(kernel) = look(remnant)
                && before.is_none_or(|before| is_news(&before, &kernel))
            {
                let socket = *socket;
                news.push(EventBody::Observed { socket, kernel });
            }
            !remnant.is_over()
        });
        if !news.is_empty() {
            log.append(news);
        }
    }

    fn due(&self) -> Option<Instant> {
        let watched = lock(&self.watched);
        watched.iter().map(|(_, remnant)| remnant.due()).min()
    }
}

/// Looks at what outlives its descriptor when that is due; sleeps while there is nothing.
pub(super) async fn watch(session: Arc<Session>) {
    let remnants = &session.remnants;
    loop {
        let sooner = remnants.sooner.notified();
        match remnants.due() {
            None => sooner.await,
            Some(due) => tokio::select! {
                () = sleep_until(due) => {
                    let now = Instant::now();
                    remnants.look(&session.log, |remnant| {
                        (remnant.due() <= now).then(|| remnant.look(now))
                    });
                }
                () = sooner => {}
            },
        }
    }
}
