//! What Linux's kernel shows of the connections of this machine (`proc_net_tcp`).
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::time::Duration;

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The kind of its timer: [`Self::NONE`] or one of the following.
    pub timer: u8,
    /// When the timer ends.
    pub ends: Duration,
    /// How many bytes wait to be read.
    pub unread: u64,
    /// Some process has it; a connection that waits for `accept` belongs to nobody.
    pub owned: bool,
}

impl End {
    pub const NONE: u8 = 0;
    pub const KEEPALIVE: u8 = 2;
    /// The peer's window is closed, and is asked about now and then (RFC 9293 section 3.8.6.1).
    pub const WINDOW_PROBE: u8 = 4;
}

/// The end of a connection over IPv4 that has these addresses.
pub fn end(local: SocketAddr, peer: SocketAddr) -> Option<End> {
    let ends = format!(" {} {} ", hex(local), hex(peer));
    // Line by line, for the table is long on a busy machine.
    let line = BufReader::new(File::open("/proc/net/tcp").unwrap())
        .lines()
        .map(Result::unwrap)
        .find(|line| line.contains(&ends))?;
    let row: Vec<_> = line.split_whitespace().collect();
    let (_, unread) = row[4].split_once(':').unwrap();
    let (timer, ends) = row[5].split_once(':').unwrap();
    let number = |text| u64::from_str_radix(text, 16).unwrap();
    Some(End {
        timer: u8::try_from(number(timer)).unwrap(),
        // In the USER_HZ of proc(5), which is 100.
        ends: Duration::from_millis(number(ends) * 10),
        unread: number(unread),
        owned: row[9] != "0",
    })
}

fn hex(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => {
            let ip = u32::from_ne_bytes(address.ip().octets());
            format!("{ip:08X}:{:04X}", address.port())
        }
        SocketAddr::V6(_) => panic!("/proc/net/tcp is of IPv4"),
    }
}

/// Whether what is sent from `local` to `peer` waits because `peer` does not read: the kernel has
/// asked about the closed window and was told that it is closed still. It first asks after 200 ms,
/// then waits twice as long each time.
pub fn is_held_back(local: SocketAddr, peer: SocketAddr) -> bool {
    const FIRST: Duration = Duration::from_millis(210);
    end(local, peer).is_some_and(|end| end.timer == End::WINDOW_PROBE && end.ends > FIRST)
}

/// How often the kernel is asked about what it tells nobody of when it happens.
const LOOK: Duration = Duration::from_millis(20);

/// Waits until what is sent from `local` to `peer` is held back; never where it is not.
pub async fn held_back(local: SocketAddr, peer: SocketAddr) {
    while !is_held_back(local, peer) {
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until more than `bytes` wait to be read at `local`.
pub async fn piled_up(local: SocketAddr, peer: SocketAddr, bytes: u64) {
    while end(local, peer).is_none_or(|end| end.unread <= bytes) {
        tokio::time::sleep(LOOK).await;
    }
}
