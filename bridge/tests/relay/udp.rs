//! Datagrams through Wisp.

use tokio::net::UdpSocket;

use crate::client::{Packet, RelayBridge, UDP, pattern};
use crate::common::soon;

#[tokio::test]
async fn datagrams_stay_whole_in_both_directions() {
    let bridge = RelayBridge::start().await;
    let target = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut wisp = bridge.wisp().await;
    wisp.connect_udp(1, target.local_addr().unwrap()).await;
    let mut room = vec![0; 70_000];
    for length in [5, 0, 1400, 65_507] {
        let bytes = pattern(length);
        wisp.push(1, &bytes).await;
        let (received, from) = soon("a datagram", target.recv_from(&mut room))
            .await
            .unwrap();
        assert_eq!(&room[..received], bytes);
        target.send_to(&bytes, from).await.unwrap();
        // No CONTINUE, which is not for datagrams.
        assert_eq!(wisp.next().await, Packet::Data(1, bytes));
    }
    // What no datagram can hold is lost, and nothing else.
    wisp.push(1, &[0; 65_508]).await;
    wisp.push(1, &[0; 100_000]).await;
    wisp.push(1, b"after").await;
    let (received, _) = soon("a datagram", target.recv_from(&mut room))
        .await
        .unwrap();
    assert_eq!(&room[..received], b"after");
}

#[tokio::test]
async fn many_datagrams_do_not_need_credit() {
    let bridge = RelayBridge::start().await;
    let target = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut wisp = bridge.wisp().await;
    wisp.connect_to(1, UDP, "127.0.0.1", target.local_addr().unwrap().port())
        .await;
    let mut room = [0; 100];
    for number in 0..500_u32 {
        wisp.push(1, &number.to_le_bytes()).await;
        let (length, from) = soon("a datagram", target.recv_from(&mut room))
            .await
            .unwrap();
        assert_eq!(room[..length], number.to_le_bytes());
        target.send_to(&room[..length], from).await.unwrap();
        assert_eq!(
            wisp.next().await,
            Packet::Data(1, number.to_le_bytes().to_vec())
        );
    }
    wisp.close(1).await;
}

#[tokio::test]
async fn only_the_target_is_heard() {
    let bridge = RelayBridge::start().await;
    let target = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut wisp = bridge.wisp().await;
    wisp.connect_udp(1, target.local_addr().unwrap()).await;
    wisp.push(1, b"hello").await;
    let (_, from) = soon("a datagram", target.recv_from(&mut [0; 9]))
        .await
        .unwrap();
    stranger.send_to(b"intruder", from).await.unwrap();
    target.send_to(b"friend", from).await.unwrap();
    assert_eq!(wisp.next().await, Packet::Data(1, b"friend".to_vec()));
}

#[tokio::test]
async fn a_port_at_which_nobody_listens_is_told() {
    let bridge = RelayBridge::start().await;
    let target = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = target.local_addr().unwrap();
    drop(target);
    let mut wisp = bridge.wisp().await;
    wisp.connect_udp(1, address).await;
    wisp.push(1, b"anybody?").await;
    assert_eq!(wisp.next().await, Packet::Close(1, 0x44));
}
