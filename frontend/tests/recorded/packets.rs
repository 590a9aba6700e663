//! What tshark reads is what the session says.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sockscope_frontend::model::{Chunk, Entry, Model, Socket};
use sockscope_frontend::recording::Log;
use sockscope_protocol::{EventBody, Limits};

use crate::client::Client;
use crate::more;
use crate::sessions::{record, recorded};
use crate::tshark::{Packet, file, follow, read, tshark};

fn fold(log: &Log) -> Model {
    let mut model = log.beginning();
    for event in log.events() {
        model.apply(Entry::Event(event.clone()));
    }
    model
}

async fn play(play: impl AsyncFnOnce(&mut Client)) -> Log {
    recorded(|_| {}, play).await
}

/// Who said what to whom.
type Said = BTreeMap<(SocketAddr, SocketAddr), Vec<u8>>;

fn said_in_packets<'a>(packets: impl IntoIterator<Item = &'a Packet>) -> Said {
    let mut said = Said::new();
    for packet in packets {
        if !packet.payload.is_empty() {
            let bytes = said.entry((packet.from, packet.to)).or_default();
            bytes.extend_from_slice(&packet.payload);
        }
    }
    said
}

fn addresses(socket: &Socket) -> Option<(SocketAddr, SocketAddr)> {
    Some((socket.local?, socket.peer?))
}

/// What TCP sockets said, and what was said to them by somebody outside.
fn said_in_session(model: &Model) -> Said {
    let mut said = Said::new();
    for socket in model.sockets().filter(|socket| socket.is_stream()) {
        let Some((local, peer)) = addresses(socket) else {
            continue;
        };
        let heard = socket.received.chunks().filter(|_| socket.pair.is_none());
        let heard = heard.map(|chunk| ((peer, local), chunk));
        let sent = socket.sent.chunks().map(|chunk| ((local, peer), chunk));
        for (way, chunk) in sent.chain(heard).filter(|(_, chunk)| !chunk.flags.peek) {
            said.entry(way)
                .or_default()
                .extend_from_slice(&chunk.payload);
        }
    }
    said
}

/// Everything that must hold of the packets of any session that is complete.
fn hold(log: &Log) -> Vec<Packet> {
    let model = fold(log);
    let packets = read(log);
    let epoch = log.welcome().unwrap().epoch_us;
    assert!(
        packets.is_sorted_by_key(|packet| packet.time),
        "{packets:#?}"
    );
    for packet in &packets {
        assert!(packet.sound, "{packet:?}");
        assert_eq!(packet.remarks, "", "{packet:?}");
        assert_eq!(packet.payload.len(), packet.length, "{packet:?}");
    }
    let tcp = || packets.iter().filter(|packet| packet.tcp.is_some());
    assert_eq!(said_in_packets(tcp()), said_in_session(&model));
    // At the moment at which the kernel took it.
    let there = |way, chunk: &Chunk| {
        let time = epoch + chunk.time;
        let mut packets = packets.iter();
        packets.any(|packet| {
            (packet.time, (packet.from, packet.to)) == (time, way)
                && chunk.payload.starts_with(&packet.payload)
                && packet.comment.ends_with(&format!(", event {}", chunk.seq))
        })
    };
    for socket in model.sockets().filter(|socket| socket.is_stream()) {
        if let Some((local, peer)) = addresses(socket) {
            for chunk in socket.sent.chunks() {
                assert!(there((local, peer), chunk), "{chunk:?} in {packets:#?}");
            }
        }
    }
    let places = tcp().map(|packet| packet.tcp.as_ref().unwrap().connection);
    let file = file(log);
    for connection in 0..places.max().map_or(0, |last| last + 1) {
        let of_it = |packet: &&Packet| packet.tcp.as_ref().unwrap().connection == connection;
        let said = said_in_packets(tcp().filter(of_it));
        let mut followed = follow(file.path(), connection);
        followed.sort();
        let mut said: Vec<_> = said.into_values().collect();
        said.resize(2, Vec::new());
        said.sort();
        assert_eq!(followed.as_slice(), said);
    }
    assert!(datagrams(&model).eq(packets.iter().filter_map(|packet| {
        let bytes = (packet.to, packet.payload.as_slice());
        packet.tcp.is_none().then_some(bytes)
    })));
    packets
}

/// Each datagram once: as it was sent, or as it was received from somebody outside.
fn datagrams(model: &Model) -> impl Iterator<Item = (SocketAddr, &[u8])> {
    let mut all = Vec::new();
    for socket in model.sockets().filter(|socket| socket.is_datagram()) {
        for chunk in socket.sent.chunks() {
            all.push((chunk.seq, chunk.address.unwrap(), &*chunk.payload));
        }
        for chunk in socket.received.chunks() {
            if chunk.matched.is_none() {
                all.push((chunk.seq, socket.local.unwrap(), &*chunk.payload));
            }
        }
    }
    all.sort_by_key(|(seq, ..)| *seq);
    all.into_iter().map(|(_, to, bytes)| (to, bytes))
}

/// The flags of a connection's segments: of side 0, in capitals, is the one that connects.
fn story(packets: &[Packet], connection: usize) -> String {
    let mut client = None;
    let mut words = Vec::new();
    for packet in packets {
        let Some(tcp) = packet
            .tcp
            .as_ref()
            .filter(|tcp| tcp.connection == connection)
        else {
            continue;
        };
        let first = *client.get_or_insert(packet.from);
        let side = if packet.from == first { '>' } else { '<' };
        let length = match packet.length {
            0 => String::new(),
            length => length.to_string(),
        };
        words.push(format!("{side}{}{length}", tcp.flags));
    }
    words.join(" ")
}

#[tokio::test]
async fn a_tcp_echo() {
    let log = record("tcp_echo").await;
    let packets = hold(&log);
    let story = story(&packets, 0);
    assert!(story.starts_with(">S <SA >A >PA6 <A "), "{story}");
    assert!(story.contains(" >FA "), "{story}");
    // The handshake takes as long as `connect` did.
    let (called, began) = log
        .events()
        .find_map(|event| match &event.body {
            EventBody::Called { call, request } => {
                (request.name() == "connect").then_some((*call, event.time))
            }
            _ => None,
        })
        .unwrap();
    let returned = log
        .events()
        .find(|event| matches!(event.body, EventBody::Returned { call, .. } if call == called));
    let epoch = log.welcome().unwrap().epoch_us;
    assert_eq!(packets[0].time, epoch + began);
    assert!(packets[1].time <= epoch + returned.unwrap().time);
    assert_eq!(packets[1].time, packets[2].time);
    // Sequence numbers are places in the stream.
    let third = packets[3].tcp.as_ref().unwrap();
    assert_eq!((third.seq, third.ack), (1, 1));
}

#[tokio::test]
async fn sessions_of_all_kinds() {
    for name in [
        "udp_echo",
        "timeout",
        "several_clients",
        "pieces",
        "non_blocking",
        "options",
        "files",
        "errors",
    ] {
        hold(&record(name).await);
    }
}

#[tokio::test]
async fn a_half_close_ends_one_direction_first() {
    let packets = hold(&record("half_close").await);
    let story = story(&packets, 0);
    let fin = story.find(" >FA").unwrap();
    let answer = story.find(" <PA12").unwrap();
    assert!(fin < answer, "{story}");
    assert_eq!(story.matches('F').count(), 2, "{story}");
    assert!(!story.contains('R'), "{story}");
}

#[tokio::test]
async fn resets_are_resets() {
    let packets = hold(&record("reset").await);
    for connection in 0..2 {
        let story = story(&packets, connection);
        assert!(story.ends_with(" <RA"), "{story}");
        assert!(!story.contains('F'), "{story}");
    }
}

#[tokio::test]
async fn peers_outside() {
    let packets = hold(&play(more::server_outside).await);
    let story_of_client = story(&packets, 0);
    // FIN comes after all that was read, though it was seen before.
    let (_, end) = story_of_client.split_once("<FA").unwrap();
    assert!(!end.contains("<P"), "{story_of_client}");
    let packets = hold(&play(more::clients_outside).await);
    let first = story(&packets, 0);
    assert!(first.starts_with(">S <SA >A >PA12 <A <PA10 "), "{first}");
    assert!(first.ends_with(" >RA"), "{first}");
    let second = story(&packets, 1);
    assert!(second.ends_with(" <RA"), "{second}");
    let log = play(more::datagrams_outside).await;
    let packets = read(&log);
    let heard: Vec<_> = packets
        .iter()
        .map(|packet| (packet.payload.as_slice(), packet.length))
        .collect();
    let echo: (&[u8], _) = (b"echo", 4);
    assert_eq!(
        heard,
        [
            (&b"twice"[..], 5),
            echo,
            (b"twice", 5),
            echo,
            (b"", 0),
            echo,
            (b"0123", 10),
            echo,
            (b"from anywhere", 13),
            (b"connected", 9),
        ]
    );
    for packet in &packets {
        assert!(packet.sound || packet.length == 10, "{packet:?}");
        assert!(packet.from.ip().is_loopback() && packet.from.port() != 0);
        assert!(packet.to.ip().is_loopback() && packet.to.port() != 0);
    }
}

#[tokio::test]
async fn ipv6_and_a_second_try() {
    let packets = hold(&play(more::ipv6).await);
    assert!(packets.iter().all(|packet| packet.from.is_ipv6()));
    let packets = hold(&play(more::second_try).await);
    assert_eq!(story(&packets, 0), ">S <RA");
    assert!(story(&packets, 1).starts_with(">S <SA >A >PA7"));
    assert_eq!(packets[0].to, "127.0.0.1:1".parse().unwrap());
}

#[tokio::test]
async fn what_the_log_does_not_hold_is_cut_short() {
    let limits = Limits {
        log_bytes: 2_000,
        ..Limits::default()
    };
    let log = recorded(|config| config.limits = limits, more::too_much).await;
    let packets = read(&log);
    let long: Vec<_> = packets.iter().filter(|packet| packet.length > 0).collect();
    let lengths: Vec<_> = long.iter().map(|packet| packet.length).collect();
    assert_eq!(lengths, [1_000, 1_000, 1_000, 1_500, 1_500]);
    let held = long.iter().map(|packet| packet.payload.len());
    assert_eq!(held.collect::<Vec<_>>(), [0, 0, 0, 0, 1_500]);
    // Places in the stream stay right.
    assert!(packets.iter().all(|packet| packet.remarks.is_empty()));
}

#[tokio::test]
async fn the_file_says_that_nothing_was_captured() {
    let log = record("tcp_echo").await;
    let file = file(&log);
    let fields = ["-T", "fields", "-e", "frame.interface_name", "-c", "1"];
    assert_eq!(tshark(file.path(), &fields).trim(), "sockscope");
    let text = String::from_utf8_lossy(&std::fs::read(file.path()).unwrap()).into_owned();
    assert!(text.contains("nothing was captured from a network"));
    assert!(text.contains("inferred from event "));
}
