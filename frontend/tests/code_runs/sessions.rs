//! Sessions as people have them, made by a real bridge.

use std::net::SocketAddr;

use sockscope::{Config, Token};
use sockscope_frontend::model::Entry;
use sockscope_frontend::recording::Log;
use sockscope_protocol::{
    Call, CallId, Event, EventBody, Family, How, Linger, OptionName, OptionValue, Outcome, Payload,
    RecvFlag, ServerMessage, SocketId, SocketType, Value,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::calls::endpoint;
use crate::client::{Client, Incoming};

/// All of them, by their names.
pub(crate) const NAMES: [&str; 11] = [
    "tcp_echo",
    "udp_echo",
    "half_close",
    "reset",
    "timeout",
    "several_clients",
    "pieces",
    "non_blocking",
    "errors",
    "options",
    "files",
];

async fn play(name: &str, client: &mut Client) {
    match name {
        "tcp_echo" => tcp_echo(client).await,
        "udp_echo" => udp_echo(client).await,
        "half_close" => half_close(client).await,
        "reset" => reset(client).await,
        "timeout" => timeout(client).await,
        "several_clients" => several_clients(client).await,
        "pieces" => pieces(client).await,
        "non_blocking" => non_blocking(client).await,
        "errors" => errors(client).await,
        "options" => options(client).await,
        "files" => files(client).await,
        other => panic!("there is no session {other}"),
    }
}

/// Has a bridge of its own make a session, and reads its log.
pub(crate) async fn record(name: &str) -> Log {
    recorded(|_| {}, async |client| play(name, client).await).await
}

/// The same with any calls, and with a bridge that is set up in another way.
pub(crate) async fn recorded(
    set_up: impl FnOnce(&mut Config),
    play: impl AsyncFnOnce(&mut Client),
) -> Log {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let token = Token::random().unwrap();
    let text = token.reveal().to_owned();
    let stop = CancellationToken::new();
    let mut config = Config::new(token);
    set_up(&mut config);
    let bridge = tokio::spawn(sockscope::serve(listener, config, stop.clone()));
    let mut client = Client::open(address, &text).await;
    play(&mut client).await;
    // What the kernel showed after the last call is in the log as well.
    let view = client.welcome.view.clone().unwrap();
    let mut viewer = Client::view(address, &view).await.unwrap();
    let mut log = Log::default();
    let welcome = ServerMessage::Welcome(viewer.welcome.clone());
    let text = serde_json::to_string(&welcome).unwrap();
    let welcome = Entry::Welcome(Box::new(viewer.welcome.clone()));
    log.take(&welcome, Some(&text));
    while viewer.last < client.last {
        if let Incoming::Event(event) = viewer.next().await {
            take(&mut log, event);
        }
    }
    stop.cancel();
    bridge.await.unwrap().unwrap();
    log
}

/// As the page does.
fn take(log: &mut Log, event: Event) {
    let carries = matches!(event.body, EventBody::Sent(_) | EventBody::Received(_));
    let text = (!carries).then(|| serde_json::to_string(&ServerMessage::Event(event.clone())));
    let text = text.map(Result::unwrap);
    log.take(&Entry::Event(event), text.as_deref());
}

struct Pair {
    server: SocketId,
    conn: SocketId,
    client: SocketId,
}

async fn accept(bridge: &mut Client, server: SocketId) -> SocketId {
    match bridge.ok(Call::Accept { socket: server }).await {
        Value::Socket { socket, .. } => socket,
        other => panic!("accept returned {other:?}"),
    }
}

/// A server, a client, and the connection between them.
async fn pair(bridge: &mut Client) -> Pair {
    let (server, address) = bridge.listening().await;
    let client = bridge.connected(address).await;
    let conn = accept(bridge, server).await;
    seen(bridge, &[client, conn]).await;
    Pair {
        server,
        conn,
        client,
    }
}

/// Has the kernel tell the addresses of sockets, by which the two ends of a connection are known.
async fn seen(bridge: &mut Client, sockets: &[SocketId]) {
    for socket in sockets {
        bridge.ok(Call::GetPeerName { socket: *socket }).await;
        bridge.ok(Call::GetSockName { socket: *socket }).await;
    }
}

async fn close(bridge: &mut Client, sockets: &[SocketId]) {
    for socket in sockets {
        bridge.ok(Call::Close { socket: *socket }).await;
    }
}

async fn shut(bridge: &mut Client, socket: SocketId, how: How) {
    bridge.ok(Call::Shutdown { socket, how }).await;
}

async fn patience(bridge: &mut Client, socket: SocketId, timeout_us: Option<u64>) {
    bridge.ok(Call::SetTimeout { socket, timeout_us }).await;
}

async fn set(bridge: &mut Client, socket: SocketId, option: OptionName, value: OptionValue) {
    bridge
        .ok(Call::SetSockOpt {
            socket,
            option,
            value,
        })
        .await;
}

async fn send_to(bridge: &mut Client, socket: SocketId, to: SocketAddr, bytes: &[u8]) {
    let call = bridge.begin_send(socket, Payload::SendTo(to), bytes).await;
    let count = Value::Count(bytes.len() as u64);
    assert_eq!(bridge.outcome(call).await, Outcome::Ok(count));
}

async fn recv_from(bridge: &mut Client, socket: SocketId, size: u32) -> Vec<u8> {
    let call = recv_call(bridge, socket, size, true, Vec::new()).await;
    assert!(matches!(bridge.outcome(call).await, Outcome::Ok(_)));
    bridge.take_received(call)
}

async fn recv_call(
    bridge: &mut Client,
    socket: SocketId,
    size: u32,
    from: bool,
    flags: Vec<RecvFlag>,
) -> CallId {
    let request = if from {
        Call::RecvFrom {
            socket,
            size,
            flags,
        }
    } else {
        Call::Recv {
            socket,
            size,
            flags,
        }
    };
    bridge.begin(request).await
}

async fn fails(bridge: &mut Client, request: Call, name: &str) {
    match bridge.call(request).await {
        Outcome::Errno(failure) => assert_eq!(failure.name, name),
        other => panic!("{other:?} and not {name}"),
    }
}

async fn udp_at_port_0(bridge: &mut Client) -> (SocketId, SocketAddr) {
    let socket = bridge.udp().await;
    let address = endpoint("127.0.0.1", 0);
    bridge.ok(Call::Bind { socket, address }).await;
    let local = bridge.local(socket).await;
    (socket, local)
}

async fn tcp_echo(bridge: &mut Client) {
    let it = pair(bridge).await;
    for text in ["hello\n", "你好，世界\n"] {
        bridge.send_all(it.client, text.as_bytes()).await;
        let got = bridge.recv(it.conn, 1024).await;
        bridge.send_all(it.conn, &got).await;
        assert_eq!(bridge.recv(it.client, 1024).await, text.as_bytes());
    }
    close(bridge, &[it.client]).await;
    assert_eq!(bridge.recv(it.conn, 1024).await, b"");
    close(bridge, &[it.conn, it.server]).await;
}

async fn udp_echo(bridge: &mut Client) {
    let (server, address) = udp_at_port_0(bridge).await;
    let client = bridge.udp().await;
    for (bytes, size) in [
        ("你好".as_bytes(), 1024),
        (b"", 1024),
        (b"0123456789", 4),
        (b"\x00\xff?", 64),
    ] {
        send_to(bridge, client, address, bytes).await;
        let got = recv_from(bridge, server, size).await;
        let SocketAddr::V4(_) = address else { return };
        let back = bridge.local(client).await;
        send_to(
            bridge,
            server,
            SocketAddr::new(address.ip(), back.port()),
            &got,
        )
        .await;
        assert_eq!(recv_from(bridge, client, 1024).await, got);
    }
    bridge
        .ok(Call::Connect {
            socket: client,
            address: address.into(),
        })
        .await;
    let sent = bridge.begin_send(client, Payload::Send, b"connected").await;
    assert_eq!(bridge.outcome(sent).await, Outcome::Ok(Value::Count(9)));
    assert_eq!(recv_from(bridge, server, 1024).await, b"connected");
    close(bridge, &[client, server]).await;
}

async fn half_close(bridge: &mut Client) {
    let it = pair(bridge).await;
    bridge.send_all(it.client, b"a question").await;
    shut(bridge, it.client, How::Write).await;
    assert_eq!(bridge.recv(it.conn, 4).await, b"a qu");
    assert_eq!(bridge.recv(it.conn, 1024).await, b"estion");
    assert_eq!(bridge.recv(it.conn, 1024).await, b"");
    bridge.send_all(it.conn, b"the answer, ").await;
    bridge.send_all(it.conn, b"which is long").await;
    shut(bridge, it.conn, How::Both).await;
    let mut answer = Vec::new();
    loop {
        let part = bridge.recv(it.client, 8).await;
        if part.is_empty() {
            break;
        }
        answer.extend(part);
    }
    assert_eq!(answer, b"the answer, which is long");
    close(bridge, &[it.client, it.conn, it.server]).await;
}

async fn reset(bridge: &mut Client) {
    let (server, address) = bridge.listening().await;
    // SO_LINGER of 0 seconds: close resets.
    let first = bridge.connected(address).await;
    let conn = accept(bridge, server).await;
    seen(bridge, &[first, conn]).await;
    bridge.send_all(first, b"last words").await;
    assert_eq!(bridge.recv(conn, 1024).await, b"last words");
    let linger = OptionValue::Linger(Linger {
        on: true,
        seconds: 0,
    });
    set(bridge, conn, OptionName::SoLinger, linger).await;
    close(bridge, &[conn]).await;
    let recv = |socket| Call::Recv {
        socket,
        size: 10,
        flags: Vec::new(),
    };
    fails(bridge, recv(first), "ECONNRESET").await;
    let sent = bridge
        .begin_send(first, Payload::SendAll, b"too late")
        .await;
    assert!(matches!(bridge.outcome(sent).await, Outcome::Errno(error) if error.name == "EPIPE"));
    // Closed with unread bytes: that resets, too.
    let second = bridge.connected(address).await;
    let conn = accept(bridge, server).await;
    seen(bridge, &[second, conn]).await;
    bridge.send_all(second, b"nobody reads this").await;
    bridge
        .until_event(|event| match &event.body {
            EventBody::Observed { socket, kernel } if *socket == conn => {
                (kernel.recv_queue == Some(17)).then_some(())
            }
            _ => None,
        })
        .await;
    close(bridge, &[conn]).await;
    fails(bridge, recv(second), "ECONNRESET").await;
    close(bridge, &[first, second, server]).await;
}

async fn timeout(bridge: &mut Client) {
    let (server, address) = bridge.listening().await;
    patience(bridge, server, Some(100_000)).await;
    assert_eq!(
        bridge.call(Call::Accept { socket: server }).await,
        Outcome::Timeout
    );
    let client = bridge.connected(address).await;
    let conn = accept(bridge, server).await;
    seen(bridge, &[client, conn]).await;
    patience(bridge, conn, Some(50_000)).await;
    for _ in 0..2 {
        let recv = recv_call(bridge, conn, 100, false, Vec::new()).await;
        assert_eq!(bridge.outcome(recv).await, Outcome::Timeout);
    }
    bridge.send_all(client, b"sorry, late").await;
    assert_eq!(bridge.recv(conn, 100).await, b"sorry, late");
    patience(bridge, conn, None).await;
    let recv = recv_call(bridge, conn, 100, false, Vec::new()).await;
    bridge.send_all(client, "再见".as_bytes()).await;
    bridge.outcome(recv).await;
    close(bridge, &[conn]).await;
    patience(bridge, client, Some(5_000_000)).await;
    assert_eq!(bridge.recv(client, 100).await, b"");
    close(bridge, &[client, server]).await;
}

async fn several_clients(bridge: &mut Client) {
    let (server, address) = bridge.listening().await;
    let one = bridge.connected(address).await;
    let conn_one = accept(bridge, server).await;
    let two = bridge.connected(address).await;
    let conn_two = accept(bridge, server).await;
    seen(bridge, &[one, conn_one, two, conn_two]).await;
    bridge.send_all(two, b"I am two").await;
    bridge.send_all(one, b"I am one").await;
    let first = bridge.recv(conn_one, 100).await;
    let second = bridge.recv(conn_two, 100).await;
    // Each hears what the other said.
    bridge.send_all(conn_two, &first).await;
    bridge.send_all(conn_one, &second).await;
    assert_eq!(bridge.recv(two, 100).await, b"I am one");
    assert_eq!(bridge.recv(one, 100).await, b"I am two");
    close(bridge, &[conn_one, conn_two]).await;
    assert_eq!(bridge.recv(one, 100).await, b"");
    assert_eq!(bridge.recv(two, 100).await, b"");
    close(bridge, &[one, two, server]).await;
}

async fn pieces(bridge: &mut Client) {
    let it = pair(bridge).await;
    for part in [b"one", b"two", b"six"] {
        bridge.send_all(it.client, part).await;
    }
    let peek = recv_call(bridge, it.conn, 3, false, vec![RecvFlag::Peek]).await;
    assert_eq!(bridge.outcome(peek).await, Outcome::Ok(Value::Count(3)));
    // All three in one recv, which the program must not take for granted.
    let wait = vec![RecvFlag::WaitAll];
    let all = recv_call(bridge, it.conn, 9, false, wait.clone()).await;
    assert_eq!(bridge.outcome(all).await, Outcome::Ok(Value::Count(9)));
    assert_eq!(bridge.take_received(all), b"onetwosix");
    let sent = bridge
        .begin_send(it.conn, Payload::Send, b"a whole sentence")
        .await;
    assert_eq!(bridge.outcome(sent).await, Outcome::Ok(Value::Count(16)));
    for part in [&b"a who"[..], b"le se", b"ntenc", b"e"] {
        assert_eq!(bridge.recv(it.client, 5).await, part);
    }
    // One after the other, and neither waits for an answer.
    bridge.send_all(it.conn, b"first").await;
    assert_eq!(bridge.recv(it.client, 1024).await, b"first");
    bridge.send_all(it.conn, b"second").await;
    assert_eq!(bridge.recv(it.client, 1024).await, b"second");
    let short = recv_call(bridge, it.client, 100, false, wait).await;
    bridge.send_all(it.conn, b"the end").await;
    close(bridge, &[it.conn]).await;
    assert_eq!(bridge.outcome(short).await, Outcome::Ok(Value::Count(7)));
    close(bridge, &[it.client, it.server]).await;
}

async fn non_blocking(bridge: &mut Client) {
    let (server, address) = bridge.listening().await;
    patience(bridge, server, Some(0)).await;
    fails(bridge, Call::Accept { socket: server }, "EAGAIN").await;
    let client = bridge.connected(address).await;
    let conn = accept(bridge, server).await;
    seen(bridge, &[client, conn]).await;
    patience(bridge, conn, Some(0)).await;
    let recv = Call::Recv {
        socket: conn,
        size: 100,
        flags: Vec::new(),
    };
    fails(bridge, recv, "EAGAIN").await;
    bridge.send_all(client, b"here").await;
    bridge
        .until_event(|event| match &event.body {
            EventBody::Observed { socket, kernel } if *socket == conn => {
                (kernel.recv_queue == Some(4)).then_some(())
            }
            _ => None,
        })
        .await;
    assert_eq!(bridge.recv(conn, 100).await, b"here");
    patience(bridge, conn, None).await;
    bridge.send_all(conn, b"thanks").await;
    assert_eq!(bridge.recv(client, 100).await, b"thanks");
    close(bridge, &[client, conn, server]).await;
}

async fn errors(bridge: &mut Client) {
    // A port where nobody listens.
    let lone = bridge.tcp().await;
    let address = endpoint("127.0.0.1", 1);
    let connect = Call::Connect {
        socket: lone,
        address: address.clone(),
    };
    fails(bridge, connect, "ECONNREFUSED").await;
    close(bridge, &[lone]).await;
    let fresh = bridge.tcp().await;
    fails(bridge, Call::Accept { socket: fresh }, "EINVAL").await;
    fails(bridge, Call::GetPeerName { socket: fresh }, "ENOTCONN").await;
    let recv = |socket| Call::Recv {
        socket,
        size: 10,
        flags: Vec::new(),
    };
    fails(bridge, recv(fresh), "ENOTCONN").await;
    close(bridge, &[fresh]).await;
    // Nobody takes the datagram, and a connected socket is told.
    let udp = bridge.udp().await;
    bridge
        .ok(Call::Connect {
            socket: udp,
            address,
        })
        .await;
    let sent = bridge.begin_send(udp, Payload::Send, b"?").await;
    assert_eq!(bridge.outcome(sent).await, Outcome::Ok(Value::Count(1)));
    fails(bridge, recv(udp), "ECONNREFUSED").await;
    close(bridge, &[udp]).await;
    let host = "127.0.0.1".to_owned();
    bridge
        .ok(Call::GetAddrInfo {
            host,
            port: 80,
            family: Some(Family::Inet),
        })
        .await;
}

async fn options(bridge: &mut Client) {
    let server = bridge.new_socket(Family::Inet6, SocketType::Stream).await;
    let on = OptionValue::Bool(true);
    set(bridge, server, OptionName::SoReuseaddr, on.clone()).await;
    set(bridge, server, OptionName::Ipv6V6only, on.clone()).await;
    set(bridge, server, OptionName::SoRcvbuf, OptionValue::Int(8192)).await;
    let address = endpoint("::1", 0);
    bridge
        .ok(Call::Bind {
            socket: server,
            address,
        })
        .await;
    let local = bridge.local(server).await;
    bridge
        .ok(Call::Listen {
            socket: server,
            backlog: 1,
        })
        .await;
    let client = bridge.new_socket(Family::Inet6, SocketType::Stream).await;
    set(bridge, client, OptionName::TcpNodelay, on.clone()).await;
    set(bridge, client, OptionName::SoKeepalive, on).await;
    bridge
        .ok(Call::Connect {
            socket: client,
            address: local.into(),
        })
        .await;
    let conn = accept(bridge, server).await;
    seen(bridge, &[client, conn]).await;
    for (socket, option) in [
        (client, OptionName::TcpNodelay),
        (server, OptionName::SoRcvbuf),
        (conn, OptionName::SoLinger),
        (conn, OptionName::SoError),
    ] {
        bridge.ok(Call::GetSockOpt { socket, option }).await;
    }
    bridge.send_all(conn, b"over IPv6").await;
    assert_eq!(bridge.recv(client, 64).await, b"over IPv6");
    close(bridge, &[client, conn, server]).await;
}

async fn files(bridge: &mut Client) {
    let it = pair(bridge).await;
    let repeated = b"abc".repeat(50_000);
    // No part of it comes again.
    let varied: Vec<u8> = (0_u32..100_000)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0])
        .collect();
    for bytes in [&repeated, &varied] {
        let send = bridge.begin_send(it.client, Payload::SendAll, bytes).await;
        let mut got = Vec::new();
        while got.len() < bytes.len() {
            got.extend(bridge.recv(it.conn, 65_536).await);
        }
        assert!(got == *bytes);
        bridge.outcome(send).await;
    }
    // And by itself, as it comes.
    let send = bridge.begin_send(it.conn, Payload::SendAll, &varied).await;
    let shut = bridge
        .begin(Call::Shutdown {
            socket: it.conn,
            how: How::Write,
        })
        .await;
    let (call, count) = bridge.drain(it.client).await;
    assert_eq!(
        (count, bridge.take_received(call) == varied),
        (varied.len(), true)
    );
    bridge.outcome(send).await;
    bridge.outcome(shut).await;
    close(bridge, &[it.client, it.conn, it.server]).await;
}
