//! What the page shows at every moment of a session.

use sockscope_frontend::model::{Entry, LaneId};

use crate::more;
use crate::sessions::{NAMES, record, recorded};

/// At no moment, not even between `accept` and what the kernel then tells, does a peer that is a socket
/// of the session look like somebody outside.
#[tokio::test]
async fn nobody_of_ours_is_ever_outside() {
    let mut logs = Vec::new();
    for name in NAMES {
        // Its datagram goes where nobody is.
        if name != "errors" {
            logs.push((name, record(name).await));
        }
    }
    logs.push(("ipv6", recorded(|_| {}, more::ipv6).await));
    logs.push(("second_try", recorded(|_| {}, more::second_try).await));
    for (name, log) in logs {
        let mut model = log.beginning();
        for event in log.events() {
            model.apply(Entry::Event(event.clone()));
            let lanes = model.lanes();
            let outside = lanes
                .iter()
                .any(|lane| matches!(lane.id, LaneId::Outside(_)));
            assert!(!outside, "{name}, after {event:?}: {lanes:?}");
        }
    }
}
