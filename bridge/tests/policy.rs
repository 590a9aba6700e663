//! What a session may reach and bind, through every call that could.

#![allow(clippy::unwrap_used)]

mod common;

use common::calls::endpoint;
use common::{Client, TestBridge};
use sockscope::policy::Policy;
use sockscope_protocol::{AddressKind, Call, Family, Outcome, Payload, Refusal, SocketType, Value};

/// The refusal of a call that must be refused by the policy, not by the kernel.
async fn refusal(client: &mut Client, request: Call) -> Refusal {
    let text = format!("{request:?}");
    match client.call(request).await {
        Outcome::Refused(refusal) => refusal,
        other => panic!("{text}: {other:?}"),
    }
}

async fn connect_refused(client: &mut Client, family: Family, host: &str, port: u16) -> Refusal {
    let socket = client.new_socket(family, SocketType::Stream).await;
    let address = endpoint(host, port);
    let refusal = refusal(client, Call::Connect { socket, address }).await;
    client.ok(Call::Close { socket }).await;
    refusal
}

#[tokio::test]
async fn a_forbidden_address_is_refused_with_the_flag_that_would_allow_it() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let refused = connect_refused(&mut client, Family::Inet, "10.0.0.7", 80).await;
    assert_eq!(
        refused.allow.as_deref(),
        Some("--allow-connect 10.0.0.7:80")
    );
    assert!(refused.message.contains("private"), "{refused:?}");
    assert_eq!(refused.kind, AddressKind::Private);
    assert_eq!(refused.address.to_string(), "10.0.0.7:80");
    let refused = connect_refused(&mut client, Family::Inet, "8.8.8.8", 53).await;
    assert!(refused.message.contains("public"), "{refused:?}");
    assert_eq!(refused.kind, AddressKind::Public);
    let refused = connect_refused(&mut client, Family::Inet6, "::ffff:10.0.0.7", 80).await;
    assert_eq!(
        refused.allow.as_deref(),
        Some("--allow-connect 10.0.0.7:80")
    );
    let refused = connect_refused(&mut client, Family::Inet6, "::ffff:169.254.169.254", 80).await;
    assert_eq!(refused.kind, AddressKind::Metadata);
    connect_refused(&mut client, Family::Inet6, "64:ff9b::10.0.0.7", 80).await;
}

#[tokio::test]
async fn some_places_are_refused_whatever_the_flags() {
    let everything = || vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    let bridge = TestBridge::with(|config| {
        config.policy = Policy::new(everything(), everything()).unwrap();
    })
    .await;
    let mut client = bridge.client().await;
    for (family, host) in [
        (Family::Inet, "169.254.169.254"),
        (Family::Inet, "169.254.1.1"),
        (Family::Inet, "100.100.100.200"),
        (Family::Inet, "0.0.0.0"),
        (Family::Inet, ""),
        (Family::Inet6, "::"),
        (Family::Inet6, "fe80::1"),
        (Family::Inet6, "fd00:ec2::254"),
        (Family::Inet6, "::ffff:0.0.0.0"),
    ] {
        let refused = connect_refused(&mut client, family, host, 80).await;
        assert_eq!(refused.allow, None, "{host}: {refused:?}");
    }
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    // Names to us, addresses to the resolver (`inet_aton(3)`): 169.254.169.254 twice, 10.0.0.7, 0.0.0.0.
    for name in ["2852039166", "0xa9.0xfe.0xa9.0xfe", "10.7", "0"] {
        connect_refused(&mut client, Family::Inet, name, 80).await;
    }
    let (_, address) = client.listening().await;
    let socket = client.tcp().await;
    let address = endpoint("localhost", address.port());
    client.ok(Call::Connect { socket, address }).await;
}

#[tokio::test]
async fn the_bridge_itself_is_out_of_reach() {
    let bridge = TestBridge::with(|config| {
        let everything = || vec!["0-65535".parse().unwrap()];
        config.policy = Policy::new(everything(), everything()).unwrap();
    })
    .await;
    let mut client = bridge.client().await;
    let port = bridge.address.port();
    for (family, host) in [
        (Family::Inet, "127.0.0.1"),
        (Family::Inet, "127.0.0.2"),
        (Family::Inet, "localhost"),
        (Family::Inet6, "::1"),
        (Family::Inet6, "::ffff:127.0.0.1"),
    ] {
        let refused = connect_refused(&mut client, family, host, port).await;
        assert!(refused.message.contains("own port"), "{host}: {refused:?}");
        assert_eq!(refused.allow, None);
    }
    let socket = client.tcp().await;
    let address = endpoint("0.0.0.0", port);
    refusal(&mut client, Call::Bind { socket, address }).await;
    // Over UDP, too, although the bridge does not listen there.
    let socket = client.udp().await;
    let payload = Payload::SendTo(bridge.address);
    let call = client.begin_send(socket, payload, b"knock").await;
    match client.outcome(call).await {
        Outcome::Refused(refused) => assert_eq!(refused.kind, AddressKind::OwnPort),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn datagrams_are_held_to_the_same_rules() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let socket = client.udp().await;
    for target in [
        "10.0.0.7:9",
        "224.0.0.251:5353",
        "255.255.255.255:9",
        "0.0.0.0:9",
        "169.254.169.254:80",
    ] {
        let payload = Payload::SendTo(target.parse().unwrap());
        let call = client.begin_send(socket, payload, b"knock").await;
        let outcome = client.outcome(call).await;
        assert!(
            matches!(outcome, Outcome::Refused(_)),
            "{target}: {outcome:?}"
        );
    }
    let address = endpoint("8.8.8.8", 53);
    refusal(&mut client, Call::Connect { socket, address }).await;
}

#[tokio::test]
async fn binding_is_refused_beyond_loopback_until_it_is_allowed() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    for host in ["0.0.0.0", "", "10.0.0.7"] {
        let socket = client.tcp().await;
        let address = endpoint(host, 0);
        let refused = refusal(&mut client, Call::Bind { socket, address }).await;
        assert!(
            refused.allow.unwrap().starts_with("--allow-bind "),
            "{host}"
        );
    }
    // The kernel would bind the wildcard address to a socket that listens without bind.
    let socket = client.tcp().await;
    refusal(&mut client, Call::Listen { socket, backlog: 1 }).await;

    let bridge = TestBridge::with(|config| {
        config.policy = Policy::new(Vec::new(), vec!["wildcard".parse().unwrap()]).unwrap();
    })
    .await;
    let mut client = bridge.client().await;
    let socket = client.tcp().await;
    let address = endpoint("", 0);
    assert_eq!(
        client.ok(Call::Bind { socket, address }).await,
        Value::Nothing
    );
    let socket = client.tcp().await;
    client.ok(Call::Listen { socket, backlog: 1 }).await;
}

#[tokio::test]
async fn a_refusal_by_the_kernel_is_not_one_by_the_policy() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let (server, address) = client.listening().await;
    client.ok(Call::Close { socket: server }).await;
    let socket = client.tcp().await;
    let address = address.into();
    match client.call(Call::Connect { socket, address }).await {
        Outcome::Errno(failure) => assert_eq!(failure.name, "ECONNREFUSED"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn welcome_tells_the_policy_in_the_words_of_the_flags() {
    let bridge = TestBridge::with(|config| {
        let rules = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        config.policy =
            Policy::new(rules(&["10.0.0.0/8", "8000-8999"]), rules(&["wildcard"])).unwrap();
    })
    .await;
    let policy = bridge.client().await.welcome.policy;
    assert_eq!(policy.connect, ["loopback", "10.0.0.0/8", "8000-8999"]);
    assert_eq!(policy.bind, ["loopback", "wildcard"]);
}
