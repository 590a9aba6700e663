//! Names, and what the policy makes of the addresses behind them.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use sockscope::policy::Policy;
use sockscope_protocol::{
    Call, Endpoint, Family, Limits, Outcome, RejectReason, SocketType, Value,
};

use crate::client::{Client, Returned, bind, connect, recv, rejection};

fn connect_to(socket: sockscope_protocol::SocketId, host: &str, port: u16) -> Call {
    Call::Connect {
        socket,
        address: Endpoint {
            host: host.to_owned(),
            port,
        },
    }
}

fn lookup(host: &str, family: Option<Family>) -> Call {
    Call::GetAddrInfo {
        host: host.to_owned(),
        port: 80,
        family,
    }
}

/// The flag that would allow it.
fn refused(returned: &Returned) -> Option<&str> {
    match &returned.outcome {
        Outcome::Refused(refusal) => {
            assert!(!refusal.message.is_empty());
            refusal.allow.as_deref()
        }
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_resolved_to_the_family_of_the_socket() {
    let client = Client::new();
    let socket = client.tcp().await;
    client.ok(bind(socket, "localhost", 0)).await;
    client.ok(Call::Listen { socket, backlog: 1 }).await;
    let address = client.name(socket).await;
    assert!(address.is_ipv4() && address.ip().is_loopback());
    let other = client.tcp().await;
    client
        .ok(connect_to(other, "localhost", address.port()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn getaddrinfo_lists_addresses() {
    let client = Client::new();
    let v4 = client.ok(lookup("localhost", Some(Family::Inet))).await;
    let expected: SocketAddr = (Ipv4Addr::LOCALHOST, 80).into();
    assert_eq!(v4, Value::Addresses(vec![expected]));
    let literal = client.ok(lookup("::1", None)).await;
    let expected: SocketAddr = (Ipv6Addr::LOCALHOST, 80).into();
    assert_eq!(literal, Value::Addresses(vec![expected]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_resolver_refuses_has_its_name() {
    let client = Client::new();
    let socket = client.tcp().await;
    // RFC 6761 section 6.4: there is no such name. Without any network it may be asked for later.
    for call in [
        lookup("nobody.invalid", None),
        connect_to(socket, "nobody.invalid", 80),
    ] {
        let returned = client.call(call).await;
        assert!(matches!(returned.outcome, Outcome::Resolver(_)));
        assert!(
            ["EAI_NONAME", "EAI_AGAIN"].contains(&returned.error()),
            "{returned:?}"
        );
    }
    let family = client.call(lookup("127.0.0.1", Some(Family::Inet6))).await;
    assert!(
        ["EAI_ADDRFAMILY", "EAI_NONAME", "EAI_FAMILY"].contains(&family.error()),
        "{family:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_cannot_be_one_is_not_a_call() {
    let client = Client::new();
    for host in ["nul\0byte".to_owned(), "x".repeat(256)] {
        let result = client.try_start(lookup(&host, None));
        assert_eq!(rejection(result), RejectReason::Malformed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_refuses_what_it_does_not_allow() {
    let client = Client::new();
    for (host, flag) in [
        ("10.1.2.3", true),
        ("169.254.169.254", false),
        ("0.0.0.0", false),
    ] {
        let socket = client.tcp().await;
        let returned = client.call(connect_to(socket, host, 80)).await;
        assert_eq!(refused(&returned).is_some(), flag, "{host}");
        let udp = client.udp().await;
        let to = (host.parse::<Ipv4Addr>().unwrap(), 80).into();
        let returned = client.sendto(udp, to, b"x").await;
        assert_eq!(refused(&returned).is_some(), flag, "{host}");
        let returned = client.call(connect_to(udp, host, 80)).await;
        assert_eq!(refused(&returned).is_some(), flag, "{host}");
    }
    for host in ["::", "::ffff:10.1.2.3", "::ffff:169.254.169.254"] {
        let socket = client.socket(Family::Inet6, SocketType::Stream).await;
        refused(&client.call(connect_to(socket, host, 80)).await);
    }
    // The kernel was not asked: the socket is as it was.
    let socket = client.tcp().await;
    refused(&client.call(connect_to(socket, "10.1.2.3", 80)).await);
    assert_eq!(client.call(recv(socket, 1)).await.error(), "ENOTCONN");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wildcard_is_bound_only_if_allowed_also_by_listen() {
    let client = Client::new();
    for family in [Family::Inet, Family::Inet6] {
        let socket = client.socket(family, SocketType::Stream).await;
        refused(&client.call(bind(socket, "", 0)).await);
        let listen = client.call(Call::Listen { socket, backlog: 1 }).await;
        refused(&listen);
    }

    // A connect that failed leaves a port in getsockname which the socket does not have any more.
    let (closed, nobody) = client.listener(1).await;
    client.ok(Call::Close { socket: closed }).await;
    let socket = client.tcp().await;
    let connected = client.call(connect(socket, nobody)).await;
    assert_eq!(connected.error(), "ECONNREFUSED");
    refused(&client.call(Call::Listen { socket, backlog: 1 }).await);
    // Where the kernel would not bind anything, it is the one to answer.
    let (socket, _peer) = client.pair().await;
    let listen = client.call(Call::Listen { socket, backlog: 1 }).await;
    assert_eq!(listen.error(), "EINVAL");
    let socket = client.udp().await;
    let listen = client.call(Call::Listen { socket, backlog: 1 }).await;
    assert_eq!(listen.error(), "EOPNOTSUPP");

    let policy = Policy::new(Vec::new(), vec!["wildcard".parse().unwrap()]).unwrap();
    let client = Client::with(Limits::default(), policy);
    let socket = client.tcp().await;
    client.ok(Call::Listen { socket, backlog: 1 }).await;
    let address = client.name(socket).await;
    assert!(address.ip().is_unspecified());
    let local = (Ipv4Addr::LOCALHOST, address.port()).into();
    client.connected(local).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bridges_own_port_is_out_of_reach() {
    let own: SocketAddr = (Ipv4Addr::LOCALHOST, 4321).into();
    let client = Client::with(Limits::default(), Policy::loopback().with_own(own));
    let socket = client.tcp().await;
    assert_eq!(refused(&client.call(connect(socket, own)).await), None);
    let named = connect_to(socket, "localhost", own.port());
    assert_eq!(refused(&client.call(named).await), None);
}
