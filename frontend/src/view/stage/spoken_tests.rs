use sockscope_protocol::{Call, How, PeerGone, SocketId};

use super::*;
use crate::i18n::Lang;
use crate::view::stage::common::{Log, TCP, endpoint};
use crate::view::stage::parts::CallBox;

/// What is said of each call of a socket, from the first on.
fn said(log: &Log, socket: SocketId, language: Lang) -> Vec<String> {
    let mut layout = Layout::default();
    layout.update(&log.model, usize::MAX);
    let t = language.messages();
    let of_socket = |one: &&CallBox| {
        let record = log.model.call(one.call);
        record.is_some_and(|record| record.socket == Some(socket))
    };
    let boxes = layout.boxes.iter().filter(of_socket);
    let says = boxes.filter_map(|one| {
        let record = log.model.call(one.call)?;
        let names = segments::names(&log.model, &layout, one, record);
        Some(sentence(&log.model, record, "", names, false, t))
    });
    says.collect()
}

/// Whether each call's sentence says that these segments are inferred.
fn says(log: &Log, socket: SocketId, expected: &[&str]) {
    let languages = [
        (Lang::En, ": inferred, not seen"),
        (Lang::Zh, "：推断所得，并未直接看到"),
    ];
    for (language, inferred) in languages {
        let said = said(log, socket, language);
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for (sentence, names) in said.iter().zip(expected) {
            if names.is_empty() {
                assert!(!sentence.contains(inferred), "{sentence}");
            } else {
                let whole = ["; ", names, inferred].concat();
                assert!(sentence.ends_with(&whole), "{sentence}");
            }
        }
    }
}

const HANDSHAKE: &str = "SYN, SYN+ACK, ACK";

#[test]
fn a_handshake_that_nobody_saw_is_called_inferred() {
    let mut log = Log::new();
    let (server, _, client) = log.pair();
    says(&log, client, &["", HANDSHAKE]);
    // With a client of ours, it is told where the client stands.
    says(&log, server, &["", "", "", ""]);

    let mut log = Log::new();
    let server = log.listener("127.0.0.1:8888");
    let accept = log.called(Call::Accept { socket: server });
    log.accepted(accept, "127.0.0.1:8888", "127.0.0.1:50000");
    says(&log, server, &["", "", "", HANDSHAKE]);
}

#[test]
fn a_refusal_is_a_segment_as_well() {
    let mut log = Log::new();
    let client = log.socket(TCP);
    let connect = Call::Connect {
        socket: client,
        address: endpoint("127.0.0.1:80"),
    };
    log.fails(connect, "ECONNREFUSED");
    says(&log, client, &["", "SYN, RST"]);
}

#[test]
fn an_end_is_told_once_and_only_where_somebody_outside_hears_it() {
    let outside = |log: &mut Log| {
        let client = log.socket(TCP);
        log.connect(client, "127.0.0.1:50000", "127.0.0.1:80");
        client
    };
    let mut log = Log::new();
    let client = outside(&mut log);
    log.close(client);
    says(&log, client, &["", HANDSHAKE, "FIN"]);

    let mut log = Log::new();
    let client = outside(&mut log);
    log.done(Call::Shutdown {
        socket: client,
        how: How::Write,
    });
    log.close(client);
    says(&log, client, &["", HANDSHAKE, "FIN", ""]);

    let mut log = Log::new();
    let client = outside(&mut log);
    log.gone(client, PeerGone::Reset);
    log.close(client);
    says(&log, client, &["", HANDSHAKE, ""]);
}
