//! What options do, seen from outside: in the kernel's tables, and at a peer that is a Python
//! program. Linux only.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdout, Command, Stdio};

use sockscope_protocol::{
    EventBody, Family, Observation, OptionName, OptionValue, SocketId, SocketType,
};

use crate::client::{Client, connect, fill};
use crate::kernel::{End, end};

/// A peer written in Python that says numbers, a line each.
struct Python {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Python {
    fn run(program: &str) -> Self {
        let mut child = Command::new("python3")
            .args(["-u", "-c", program])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// The next number that it says.
    fn number(&mut self) -> u16 {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().parse().unwrap()
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells its port, then the TTL or hop limit of each datagram.
const TTL_SERVER: &str = "
import socket, sys
v6 = FAMILY == 6
peer = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
IP_RECVTTL = 12
if v6:
    peer.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
else:
    peer.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
peer.bind(('::1' if v6 else '127.0.0.1', 0))
print(peer.getsockname()[1])
while True:
    _, ancillary, _, _ = peer.recvmsg(100, 100)
    print(int.from_bytes(ancillary[0][2][:4], sys.byteorder))
";

#[tokio::test(flavor = "multi_thread")]
async fn the_peer_sees_the_ttl_and_the_hop_limit() {
    let client = Client::new();
    for (family, number, ip, option) in [
        (Family::Inet, "4", "127.0.0.1", OptionName::IpTtl),
        (Family::Inet6, "6", "::1", OptionName::Ipv6UnicastHops),
    ] {
        let mut peer = Python::run(&TTL_SERVER.replace("FAMILY", number));
        let to = SocketAddr::new(ip.parse().unwrap(), peer.number());
        let socket = client.socket(family, SocketType::Datagram).await;
        for ttl in [7, 200] {
            client.set(socket, option, OptionValue::Int(ttl)).await;
            assert_eq!(client.sendto(socket, to, b"far?").await.count(), 4);
            assert_eq!(i64::from(peer.number()), ttl, "{option:?}");
        }
    }
}

/// Tells its port; once connected, delays its ACKs as long as the kernel lets it, which it tells
/// with a 0, and tells in how many segments eight bytes came (`tcpi_data_segs_in`).
const SEGMENT_COUNTER: &str = "
import socket, struct
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen()
print(server.getsockname()[1])
while True:
    peer, _ = server.accept()
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
    print(0)
    peer.recv(8, socket.MSG_WAITALL)
    print(struct.unpack_from('I', peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 200), 152)[0])
";

#[tokio::test(flavor = "multi_thread")]
async fn nodelay_sends_at_once_what_nagle_gathers() {
    let client = Client::new();
    let mut peer = Python::run(SEGMENT_COUNTER);
    let address = SocketAddr::from(([127, 0, 0, 1], peer.number()));
    let mut segments = Vec::new();
    for nodelay in [false, true] {
        let socket = client.connected(address).await;
        let value = OptionValue::Bool(nodelay);
        client.set(socket, OptionName::TcpNodelay, value).await;
        assert_eq!(peer.number(), 0);
        for byte in b"8 pieces" {
            assert_eq!(client.send(socket, &[*byte]).await.count(), 1);
        }
        segments.push(peer.number());
    }
    // With Nagle's algorithm (RFC 896) what follows the first piece waits for its ACK. Without, no
    // ACK is waited for, and the last piece may even be sent once more (RFC 8985 section 7).
    assert!(segments[0] < 8 && segments[1] >= 8, "{segments:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keepalive_starts_a_timer() {
    let client = Client::new();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let socket = client.connected(address).await;
    let own = client.name(socket).await;
    assert_eq!(end(own, address).unwrap().timer, End::NONE);
    client
        .set(socket, OptionName::SoKeepalive, OptionValue::Bool(true))
        .await;
    let shown = end(own, address).unwrap();
    assert_eq!(shown.timer, End::KEEPALIVE);
    let time = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_keepalive_time").unwrap();
    let time: u64 = time.trim().parse().unwrap();
    assert!(
        (time - 60..=time).contains(&shown.ends.as_secs()),
        "{shown:?}"
    );
    client
        .set(socket, OptionName::SoKeepalive, OptionValue::Bool(false))
        .await;
    assert_eq!(end(own, address).unwrap().timer, End::NONE);
}

/// Two ends of a connection, of which the second has a receive buffer of this size.
async fn receiving(client: &Client, buffer: i64) -> (SocketId, SocketId) {
    let (listener, address) = client.listener(1).await;
    let size = OptionValue::Int(buffer);
    client.set(listener, OptionName::SoRcvbuf, size).await;
    let near = client.connected(address).await;
    (near, client.accept(listener).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receive_buffer_bounds_what_waits() {
    // Linux doubles it (socket(7)).
    const SMALL: i64 = 4 << 10;
    let client = Client::new();
    let (near, far) = receiving(&client, SMALL).await;
    assert!(fill(&client, near, 64 << 10).await > 4 * SMALL as u64);
    let most = |kernel: &Observation| i64::from(kernel.recv_queue.unwrap_or(0));
    let held = client
        .observed(far, "bytes", |kernel| most(kernel) > 0)
        .await;
    assert!(most(&held) <= 2 * SMALL, "{held:?}");
    client
        .observed(near, "bytes held back", |kernel| {
            kernel
                .send_queue
                .is_some_and(|queue| i64::from(queue) > SMALL)
        })
        .await;
    let events = client.events().into_iter().map(|event| event.body);
    let queues = events.filter_map(|body| match body {
        EventBody::Observed { socket, kernel } if socket == far => Some(most(&kernel)),
        _ => None,
    });
    assert!(queues.max() <= Some(2 * SMALL));
    // What a larger one takes of the same.
    let (near, far) = receiving(&client, 16 * SMALL).await;
    fill(&client, near, 64 << 10).await;
    client
        .observed(far, "many bytes", |kernel| most(kernel) > 2 * SMALL)
        .await;
}

/// How much a peer that never reads lets a socket send.
async fn taken(client: &Client, buffer: i64) -> u64 {
    let server = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    server.set_recv_buffer_size(4096).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    server.bind(&any.into()).unwrap();
    server.listen(1).unwrap();
    let address = server.local_addr().unwrap().as_socket().unwrap();
    let socket = client.tcp().await;
    client
        .set(socket, OptionName::SoSndbuf, OptionValue::Int(buffer))
        .await;
    client.ok(connect(socket, address)).await;
    fill(client, socket, 1000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_send_buffer_bounds_what_send_takes() {
    let client = Client::new();
    let small = taken(&client, 8 << 10).await;
    let large = taken(&client, 96 << 10).await;
    assert!(small < 64 << 10 && large > 2 * small, "{small} {large}");
}
