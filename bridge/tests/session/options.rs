//! `getsockopt` and `setsockopt`.

use std::net::{IpAddr, Ipv4Addr, TcpStream};

use sockscope::policy::Policy;
use sockscope_protocol::{
    Call, Family, Limits, Linger, Membership, OptionName, OptionValue, RejectReason, SocketType,
};

use crate::client::{Client, bind, recvfrom, rejection};

#[tokio::test(flavor = "multi_thread")]
async fn options_take_their_values_and_give_them_back() {
    use OptionName as O;
    let client = Client::new();
    let v4 = client.tcp().await;
    let v6 = client.socket(Family::Inet6, SocketType::Stream).await;
    let udp = client.udp().await;
    let udp6 = client.socket(Family::Inet6, SocketType::Datagram).await;
    let on = OptionValue::Bool(true);
    let off = OptionValue::Bool(false);
    let linger = OptionValue::Linger(Linger {
        on: true,
        seconds: 3,
    });
    let loopback = OptionValue::Interface(IpAddr::V4(Ipv4Addr::LOCALHOST));
    for (socket, option, value) in [
        (v4, O::SoReuseaddr, on.clone()),
        (v4, O::SoReuseport, on.clone()),
        (v4, O::SoKeepalive, on.clone()),
        (v4, O::TcpNodelay, on.clone()),
        (v4, O::SoLinger, linger),
        (v4, O::IpTtl, OptionValue::Int(7)),
        (v6, O::Ipv6V6only, on.clone()),
        (v6, O::Ipv6UnicastHops, OptionValue::Int(9)),
        (udp, O::SoBroadcast, on),
        (udp, O::IpMulticastTtl, OptionValue::Int(3)),
        (udp, O::IpMulticastLoop, off.clone()),
        (udp, O::IpMulticastIf, loopback),
        (udp6, O::Ipv6MulticastHops, OptionValue::Int(4)),
        (udp6, O::Ipv6MulticastLoop, off),
    ] {
        client.set(socket, option, value.clone()).await;
        assert_eq!(client.get(socket, option).await, value, "{option:?}");
    }
    // Linux doubles what it is asked for (socket(7)).
    for option in [O::SoRcvbuf, O::SoSndbuf] {
        client.set(v4, option, OptionValue::Int(20_000)).await;
        let OptionValue::Int(size) = client.get(v4, option).await else {
            panic!("{option:?} is a number");
        };
        assert!(size >= 20_000);
    }
    let none = client.get(v4, O::SoError).await;
    assert_eq!(none, OptionValue::Errno(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kernel_judges_values_and_sockets() {
    let client = Client::new();
    let tcp = client.tcp().await;
    for (option, value, error) in [
        (OptionName::IpTtl, OptionValue::Int(1000), "EINVAL"),
        (
            OptionName::Ipv6V6only,
            OptionValue::Bool(true),
            "ENOPROTOOPT",
        ),
    ] {
        let refused = client
            .call(Call::SetSockOpt {
                socket: tcp,
                option,
                value,
            })
            .await;
        assert_eq!(refused.error(), error, "{option:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_wrong_form_is_not_a_call() {
    let client = Client::new();
    let socket = client.tcp().await;
    for (option, value) in [
        (OptionName::SoReuseaddr, OptionValue::Int(1)),
        (OptionName::SoRcvbuf, OptionValue::Int(1 << 40)),
        (OptionName::SoLinger, OptionValue::Bool(true)),
        (OptionName::SoError, OptionValue::Errno(None)),
        (
            OptionName::IpAddMembership,
            OptionValue::Membership(Membership {
                group: "ff02::fb".parse().unwrap(),
                interface: None,
                index: 0,
            }),
        ),
    ] {
        let set = client.try_start(Call::SetSockOpt {
            socket,
            option,
            value,
        });
        assert_eq!(rejection(set), RejectReason::Malformed, "{option:?}");
    }
    let get = client.try_start(Call::GetSockOpt {
        socket,
        option: OptionName::IpAddMembership,
    });
    assert_eq!(rejection(get), RejectReason::Malformed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_joined_heard_and_left() {
    let group = Ipv4Addr::new(239, 255, 71, 3);
    let rules = |text: &str| vec![text.parse().unwrap()];
    let policy = Policy::new(rules("multicast"), rules("multicast")).unwrap();
    let client = Client::with(Limits::default(), policy);
    let membership = OptionValue::Membership(Membership {
        group: group.into(),
        interface: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        index: 0,
    });
    let receiver = client.udp().await;
    client.ok(bind(receiver, &group.to_string(), 0)).await;
    let port = client.name(receiver).await.port();
    client
        .set(receiver, OptionName::IpAddMembership, membership.clone())
        .await;

    let sender = client.udp().await;
    let loopback = OptionValue::Interface(IpAddr::V4(Ipv4Addr::LOCALHOST));
    client
        .set(sender, OptionName::IpMulticastIf, loopback)
        .await;
    client
        .sendto(sender, (group, port).into(), b"to the group")
        .await;
    let heard = client.start(recvfrom(receiver, 64));
    assert_eq!(client.returned(heard).await.count(), 12);

    let leave = Call::SetSockOpt {
        socket: receiver,
        option: OptionName::IpDropMembership,
        value: membership,
    };
    client.ok(leave.clone()).await;
    assert_eq!(client.call(leave).await.error(), "EADDRNOTAVAIL");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ipv6_group_is_joined_and_left() {
    let client = Client::new();
    let socket = client.socket(Family::Inet6, SocketType::Datagram).await;
    // The loopback interface has index 1 on Linux.
    let membership = OptionValue::Membership(Membership {
        group: "ff01::71".parse().unwrap(),
        interface: None,
        index: 1,
    });
    client
        .set(socket, OptionName::Ipv6JoinGroup, membership.clone())
        .await;
    client
        .set(socket, OptionName::Ipv6LeaveGroup, membership)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broadcast_needs_its_option() {
    let client = Client::new();
    let broadcast = Ipv4Addr::new(127, 255, 255, 255);
    let receiver = client.udp().await;
    client.ok(bind(receiver, &broadcast.to_string(), 0)).await;
    let target = client.name(receiver).await;
    let sender = client.udp().await;
    assert_eq!(client.sendto(sender, target, b"x").await.error(), "EACCES");
    client
        .set(sender, OptionName::SoBroadcast, OptionValue::Bool(true))
        .await;
    assert_eq!(client.sendto(sender, target, b"to all").await.count(), 6);
    assert_eq!(client.recv(receiver, 64).await, b"to all");
}

#[tokio::test(flavor = "multi_thread")]
async fn reuseaddr_takes_a_port_in_time_wait() {
    let client = Client::new();
    let reuse = OptionName::SoReuseaddr;
    let on = OptionValue::Bool(true);
    let listener = client.tcp().await;
    client.set(listener, reuse, on.clone()).await;
    client.ok(bind(listener, "127.0.0.1", 0)).await;
    client
        .ok(Call::Listen {
            socket: listener,
            backlog: 1,
        })
        .await;
    let address = client.name(listener).await;
    let peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    // Who closes first keeps the port in TIME-WAIT.
    client.close(connection).await;
    client.close(listener).await;
    drop(peer);
    let socket = client.tcp().await;
    let taken = client.call(bind(socket, "127.0.0.1", address.port())).await;
    assert_eq!(taken.error(), "EADDRINUSE");
    client.set(socket, reuse, on).await;
    client.ok(bind(socket, "127.0.0.1", address.port())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn v6only_keeps_ipv4_out() {
    let wildcard = Policy::new(Vec::new(), vec!["wildcard".parse().unwrap()]).unwrap();
    let client = Client::with(Limits::default(), wildcard);
    for only in [false, true] {
        let socket = client.socket(Family::Inet6, SocketType::Stream).await;
        client
            .set(socket, OptionName::Ipv6V6only, OptionValue::Bool(only))
            .await;
        client.ok(bind(socket, "::", 0)).await;
        client.ok(Call::Listen { socket, backlog: 1 }).await;
        let port = client.name(socket).await.port();
        assert!(TcpStream::connect(("::1", port)).is_ok());
        assert_eq!(TcpStream::connect(("127.0.0.1", port)).is_err(), only);
    }
}
