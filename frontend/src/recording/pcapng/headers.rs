use std::net::{IpAddr, SocketAddr};

/// Flags of a TCP header.
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const PSH: u8 = 8;
pub(super) const ACK: u8 = 16;

/// The longest payload of a segment, so that the length of its IPv4 packet has 16 bits.
pub(super) const LONGEST: usize = 65_535 - 20 - 20;

/// A window that never fills: 65,535 times 2^14, the most that RFC 7323 allows.
const WINDOW: [u8; 2] = [0xff; 2];
/// The options of SYN: the maximum segment size, which is [`LONGEST`], and the scale of the window.
const SYN_OPTIONS: [u8; 8] = [2, 4, 0xff, 0xd7, 1, 3, 3, 14];

/// What follows the header of IP.
pub(super) enum Transport {
    Udp,
    Tcp { seq: u32, ack: u32, flags: u8 },
}

/// The headers of a packet whose payload was `size` bytes, of which `held` is at hand. Where that is
/// not all, there is no checksum.
pub(super) fn headers(
    from: SocketAddr,
    to: SocketAddr,
    transport: &Transport,
    held: &[u8],
    size: usize,
) -> Vec<u8> {
    let mut header = Vec::with_capacity(40);
    header.extend_from_slice(&from.port().to_be_bytes());
    header.extend_from_slice(&to.port().to_be_bytes());
    let (protocol, checksum_at) = match transport {
        Transport::Udp => {
            header.extend_from_slice(&length(8 + size));
            header.extend_from_slice(&[0; 2]);
            (17, 6)
        }
        Transport::Tcp { seq, ack, flags } => {
            header.extend_from_slice(&seq.to_be_bytes());
            header.extend_from_slice(&ack.to_be_bytes());
            let options: &[u8] = if flags & SYN != 0 { &SYN_OPTIONS } else { &[] };
            header.extend_from_slice(&[((20 + options.len()) << 2) as u8, *flags]);
            header.extend_from_slice(&WINDOW);
            header.extend_from_slice(&[0; 4]);
            header.extend_from_slice(options);
            (6, 16)
        }
    };
    let segment = header.len() + size;
    let mut packet = Vec::with_capacity(80);
    let addresses_at = match from.ip() {
        IpAddr::V4(_) => {
            packet.extend_from_slice(&[0x45, 0]);
            packet.extend_from_slice(&length(20 + segment));
            // Not to be fragmented; hops.
            packet.extend_from_slice(&[0, 0, 0x40, 0, 64, protocol, 0, 0]);
            12
        }
        IpAddr::V6(_) => {
            packet.extend_from_slice(&[0x60, 0, 0, 0]);
            packet.extend_from_slice(&length(segment));
            packet.extend_from_slice(&[protocol, 64]);
            8
        }
    };
    for address in [from.ip(), to.ip()] {
        match address {
            IpAddr::V4(ip) => packet.extend_from_slice(&ip.octets()),
            IpAddr::V6(ip) => packet.extend_from_slice(&ip.octets()),
        }
    }
    if from.is_ipv4() {
        let sum = checksum(sum(&packet));
        packet[10..12].copy_from_slice(&sum);
    }
    if held.len() == size {
        // The addresses are a part of what is summed up (RFC 9293 section 3.1, RFC 8200 section 8.1).
        let pseudo = sum(&packet[addresses_at..]) + u64::from(protocol) + segment as u64;
        let mut sum = checksum(pseudo + sum(&header) + sum(held));
        if let (Transport::Udp, [0, 0]) = (transport, sum) {
            // 0 would say that there is none.
            sum = [0xff; 2];
        }
        header[checksum_at..checksum_at + 2].copy_from_slice(&sum);
    }
    packet.append(&mut header);
    packet
}

/// Lengths in headers have 16 bits; nothing that a kernel sends is longer.
fn length(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}

fn sum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(2);
    words
        .map(|word| u64::from(word[0]) << 8 | u64::from(*word.get(1).unwrap_or(&0)))
        .sum()
}

/// The internet checksum of a sum of words (RFC 1071).
fn checksum(mut sum: u64) -> [u8; 2] {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}
