//! Who has a port.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sockscope_protocol::{Holder, Observation, SocketType, TcpState};

use super::diag::{Diag, Entry, TCP, UDP};
use super::info::state;

/// How many descriptors of other processes are looked at to find one socket.
const MAX_DESCRIPTORS: usize = 4096;

/// Who has a port so that it cannot be bound at this address, as far as the kernel tells.
pub(in crate::socket) fn holder(kind: SocketType, address: SocketAddr) -> Option<Holder> {
    let protocol = match kind {
        SocketType::Stream => TCP,
        SocketType::Datagram => UDP,
    };
    let diag = Diag::open().ok()?;
    let anywhere: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    let found = anywhere.into_iter().filter_map(|ip| {
        let anywhere = SocketAddr::new(ip, address.port());
        diag.at_port(protocol, anywhere).ok()
    });
    let entry = found
        .flatten()
        .filter(|entry| is_in_the_way(entry.local.ip(), address.ip()))
        .min_by_key(weight)?;
    let process = process_with(&entry);
    Some(Holder {
        kernel: Observation {
            local: Some(entry.local),
            peer: Some(entry.peer).filter(|peer| peer.port() != 0),
            state: state(entry.state).filter(|_| kind == SocketType::Stream),
            ends_in_ms: entry.time_wait.then_some(entry.expires_ms),
            ..Observation::default()
        },
        program: process.and_then(program),
        pid: process,
    })
}

fn is_in_the_way(taken: IpAddr, wanted: IpAddr) -> bool {
    let (taken, wanted) = (taken.to_canonical(), wanted.to_canonical());
    taken == wanted || taken.is_unspecified() || wanted.is_unspecified()
}

/// The least is named where several are in the way: what listens explains more than its connections,
/// and those more than what is left of some.
fn weight(entry: &Entry) -> u8 {
    match state(entry.state) {
        Some(TcpState::Listen) => 0,
        Some(TcpState::Closed) => 1,
        _ if !entry.time_wait => 2,
        _ => 3,
    }
}

/// The process that has the socket, among those of the same user: others do not show.
fn process_with(entry: &Entry) -> Option<u32> {
    if entry.inode == 0 || entry.uid != rustix::process::geteuid().as_raw() {
        return None;
    }
    let link = format!("socket:[{}]", entry.inode);
    let own = std::process::id();
    let others = fs::read_dir("/proc").ok()?.filter_map(|process| {
        let name = process.ok()?.file_name();
        name.to_str()?.parse().ok()
    });
    let mut left = MAX_DESCRIPTORS;
    std::iter::once(own).chain(others).find(|process| {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{process}/fd")) else {
            return false;
        };
        descriptors.flatten().any(|descriptor| {
            left = left.saturating_sub(1);
            left > 0 && fs::read_link(descriptor.path()).is_ok_and(|to| to.as_os_str() == &*link)
        })
    })
}

/// A process's name (`proc_pid_comm(5)`).
fn program(process: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}
