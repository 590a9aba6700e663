//! Running a call: from its `called` to its `returned`.

use std::iter::once;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use bytes::Bytes;
use futures_util::FutureExt;
use sockscope_protocol::{Call, CallId, CancelledBy, ClosedBy, EventBody, Outcome, Value};
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::admission::Admitted;
use super::calls::{self, Making};
use super::slot::Slot;
use super::{NotMade, Session, observe};

type Work = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A call on its way.
struct Running {
    /// Dropped before `_counted`, because it may hold the socket.
    work: Work,
    /// `close` waits until the socket's calls are gone, the session's end until all are.
    _counted: (Option<TaskTrackerToken>, TaskTrackerToken),
    session: Arc<Session>,
    call: CallId,
    slot: Option<Arc<Slot>>,
    cancel: CancellationToken,
    is_close: bool,
    /// It may change something at the other end of the connection.
    reaches_peer: bool,
    began: Instant,
}

impl Session {
    /// Lets the call through, writes it to the log and begins it. What can be done at once is done
    /// when this returns, so that calls which a client makes in a row take effect in that order.
    pub(super) fn begin(
        self: &Arc<Self>,
        call: CallId,
        request: Call,
        bytes: Bytes,
    ) -> Result<(), NotMade> {
        let is_close = matches!(request, Call::Close { .. });
        let reaches_peer =
            is_close || matches!(request, Call::Connect { .. } | Call::Shutdown { .. });
        let (admitted, counted) = {
            let mut state = self.state();
            let admitted =
                state.admit(&self.settings.limits, call, &request, bytes.len() as u64)?;
            // Within the lock: whoever is told `duplicate` finds the call in the log, and neither
            // `close` nor the session's end overlooks a call that was let through.
            self.log.append([EventBody::Called {
                call,
                request: request.clone(),
            }]);
            let of_socket = admitted.slot.as_ref().filter(|_| !is_close);
            let counted = (of_socket.map(|slot| slot.calls.token()), self.calls.token());
            (admitted, counted)
        };
        let Admitted {
            slot,
            cancel,
            credit,
        } = admitted;
        let making = Making {
            session: Arc::clone(self),
            call,
            slot: slot.clone(),
            credit,
        };
        let running = Running {
            session: Arc::clone(self),
            call,
            cancel,
            _counted: counted,
            slot,
            is_close,
            reaches_peer,
            began: Instant::now(),
            work: guarded(calls::make(making, request, bytes)),
        };
        running.start();
        Ok(())
    }
}

impl Running {
    fn start(mut self) {
        // The waker is not needed: a task that waits polls again with its own.
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match self.work.as_mut().poll(&mut context) {
            Poll::Ready(outcome) => self.returned(outcome, false),
            Poll::Pending => {
                tokio::spawn(self.wait());
            }
        }
    }

    async fn wait(mut self) {
        let closing = self.slot.as_ref().filter(|_| !self.is_close);
        let closing = closing.map(|slot| slot.closing.clone());
        let by = tokio::select! {
            biased;
            () = self.session.ending.cancelled() => CancelledBy::SessionEnd,
            () = self.cancel.cancelled() => CancelledBy::Client,
            () = cancelled(closing) => CancelledBy::Close,
            outcome = &mut self.work => return self.returned(outcome, true),
        };
        self.returned(Outcome::Cancelled(by), true);
        if let Some(slot) = self.slot.as_ref().filter(|_| self.is_close) {
            // The wait is ended, not the closing.
            tokio::select! {
                biased;
                () = self.session.ending.cancelled() => {
                    calls::close_at_once(&self.session, slot, ClosedBy::SessionEnd);
                }
                _ = &mut self.work => {}
            }
        }
    }

    fn returned(&self, outcome: Outcome, blocked: bool) {
        let took = self.began.elapsed().as_micros();
        let hint = self
            .slot
            .as_ref()
            .and_then(|slot| observe::hint(slot, &outcome));
        let created = match &outcome {
            Outcome::Ok(Value::Socket { socket, .. }) => Some(*socket),
            _ => None,
        };
        // First, so that a client which reads `returned` may use at once what this call used.
        let created = {
            let mut state = self.session.state();
            state.release(self.call);
            created.and_then(|id| state.socket(id))
        };
        let returned = EventBody::Returned {
            call: self.call,
            took_us: u64::try_from(took).unwrap_or(u64::MAX),
            blocked,
            outcome,
        };
        // What the call changed is told along with its return: nobody acts upon the one in between.
        let mut looks: Vec<_> = self
            .slot
            .iter()
            .map(|slot| observe::look(slot, hint))
            .collect();
        looks.extend(created.iter().map(|slot| observe::look(slot, None)));
        let news = looks.iter_mut().flat_map(|look| look.news.drain(..));
        self.session.log.append(once(returned).chain(news));
        drop(looks);
        if let Some(slot) = self.slot.as_ref().filter(|_| self.reaches_peer) {
            observe::look_at_other_end(&self.session, slot);
        }
    }
}

/// A call whose panic is an outcome like others: it disturbs nobody else.
fn guarded(call: impl Future<Output = Result<Value, Outcome>> + Send + 'static) -> Work {
    let outcome = AssertUnwindSafe(call)
        .catch_unwind()
        .map(|result| match result {
            Ok(Ok(value)) => Outcome::Ok(value),
            Ok(Err(outcome)) => outcome,
            Err(_) => Outcome::Internal("the call panicked; the bridge goes on".to_owned()),
        });
    Box::pin(outcome)
}

/// Fires with the token; never without one.
async fn cancelled(token: Option<CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_outcome() {
        for waits in [false, true] {
            let outcome = guarded(async move {
                if waits {
                    tokio::task::yield_now().await;
                }
                panic!("a bug");
            })
            .await;
            assert!(matches!(outcome, Outcome::Internal(_)), "{outcome:?}");
        }
    }
}
