//! `struct tcp_info` (`linux/tcp.h`).

use sockscope_protocol::{AcceptQueue, TcpInfo, TcpState};

/// As many bytes of the structure as this kernel fills. It only ever grows at its end.
pub(super) struct Info {
    bytes: [u8; Self::SIZE],
    filled: usize,
}

impl Info {
    const SIZE: usize = 256;

    /// What `fill` writes; it returns how much that is.
    pub(super) fn read(fill: impl FnOnce(&mut [u8]) -> Option<usize>) -> Option<Self> {
        let mut bytes = [0; Self::SIZE];
        let filled = fill(&mut bytes)?.min(Self::SIZE);
        Some(Self { bytes, filled })
    }

    /// The number at an offset; 0 where this kernel is too old to have it.
    fn at(&self, offset: usize) -> u32 {
        self.bytes[..self.filled]
            .get(offset..offset + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_ne_bytes)
    }

    /// `tcpi_state`.
    pub(super) fn state(&self) -> Option<TcpState> {
        state(self.bytes[0])
    }

    /// For a listening socket the kernel puts the queue's length into `tcpi_unacked` and its limit
    /// into `tcpi_sacked` (`tcp_get_info` in `net/ipv4/tcp.c`).
    pub(super) fn accept_queue(&self) -> AcceptQueue {
        AcceptQueue {
            length: self.at(24),
            backlog: self.at(28),
        }
    }

    pub(super) fn figures(&self) -> TcpInfo {
        TcpInfo {
            rtt_us: self.at(68),
            rtt_var_us: self.at(72),
            retransmits: self.at(100),
            congestion_window: self.at(80),
            mss: self.at(16),
            receive_window: self.at(232),
            send_window: self.at(228),
        }
    }
}

/// A state by its number in `net/tcp_states.h`.
pub(super) fn state(number: u8) -> Option<TcpState> {
    Some(match number {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        // 12 is TCP_NEW_SYN_RECV.
        3 | 12 => TcpState::SynReceived,
        4 => TcpState::FinWait1,
        5 => TcpState::FinWait2,
        6 => TcpState::TimeWait,
        // 13 is TCP_BOUND_INACTIVE.
        7 | 13 => TcpState::Closed,
        8 => TcpState::CloseWait,
        9 => TcpState::LastAck,
        10 => TcpState::Listen,
        11 => TcpState::Closing,
        _ => return None,
    })
}
