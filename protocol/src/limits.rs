use serde::Serialize;

/// What a bridge allows. `welcome` carries the values in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Sessions at the same time: a class of thirty and some reloads.
    pub sessions: u32,
    /// WebSockets that follow one session.
    pub views: u32,
    /// Open sockets in a session.
    pub sockets: u32,
    /// Calls of a session that have not returned.
    pub pending_calls: u32,
    /// Bytes of `send`, `sendall` and `sendto` that a session holds for calls that have not
    /// returned. A call that would pass it is rejected, nothing of it is sent.
    pub pending_bytes: u64,
    /// Bytes of one WebSocket message, header included; the largest `size` of `recv` is what fits
    /// behind the header.
    pub message_bytes: u32,
    /// Bytes of payload that a session's log holds; the oldest give way.
    pub log_bytes: u64,
    /// Events that a session's log holds; the oldest give way.
    pub log_events: u32,
    /// Calls per second that a session may start, averaged; a burst of twice as many is let through.
    pub calls_per_second: u32,
    /// Seconds that a session outlives its last WebSocket.
    pub linger_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 64,
            views: 8,
            sockets: 128,
            pending_calls: 256,
            pending_bytes: 2 << 20,
            message_bytes: 1 << 20,
            log_bytes: 4 << 20,
            log_events: 50_000,
            calls_per_second: 2_000,
            linger_seconds: 60,
        }
    }
}
