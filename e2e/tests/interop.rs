//! The page against real CPython programs, which know nothing of Sockscope.

use anyhow::{Context as _, Result, ensure};
use sockscope_e2e::{Case, Page, Python, Target, case};

const TEXT: &str = "你好，世界";

const TCP_SERVER: &str = r#"
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1])
    conn, addr = server.accept()
    with conn:
        data = conn.recv(1024)
        print(data.decode())
        conn.sendall("收到：".encode() + data)
        assert conn.recv(1024) == b"", "the page ends its direction"
        conn.sendall("再见".encode())
"#;

const TCP_CLIENT: &str = r#"
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as client:
    client.sendall("你好，世界".encode())
    client.shutdown(socket.SHUT_WR)
    received = b""
    while part := client.recv(1024):
        received += part
    print(received.decode())
"#;

const UDP_SERVER: &str = r#"
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("127.0.0.1", 0))
    print(server.getsockname()[1])
    data, addr = server.recvfrom(2048)
    print(data.decode())
    server.sendto("收到：".encode() + data, addr)
"#;

const UDP_CLIENT: &str = r#"
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.sendto("你好，世界".encode(), ("127.0.0.1", int(sys.argv[1])))
    data, addr = client.recvfrom(2048)
    print(data.decode())
"#;

async fn send(page: &Page<'_>, op: &str, text: &str) -> Result<()> {
    page.click(format!("call-{op}")).await?;
    page.click("composer-mode-text").await?;
    page.fill("composer-text", text).await?;
    page.click("do-call").await?;
    page.see(Target::row(op, "ok")).await
}

#[tokio::test]
async fn tcp_page_as_client() -> Result<()> {
    let mut server = Python::run(TCP_SERVER, &[]).await?;
    let port = server.line().await?;
    case(Case::new("interop-tcp-client"), async |page, _| {
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        page.see(Target::row("connect", "ok")).await?;
        send(page, "sendall", TEXT).await?;
        ensure!(server.line().await? == TEXT);
        page.click("bytes-mode-text").await?;
        page.call("recv", &[("arg-size", "1024")]).await?;
        page.read("bytes-text", "收到：你好，世界").await?;
        page.click("call-shutdown").await?;
        page.choose("arg-how", "SHUT_WR").await?;
        page.click("do-call").await?;
        page.call("recv", &[("arg-size", "1024")]).await?;
        page.read("bytes-text", "再见").await
    })
    .await?;
    server.success().await
}

#[tokio::test]
async fn tcp_page_as_server() -> Result<()> {
    case(Case::new("interop-tcp-server"), async |page, _| {
        let server = page.new_socket("new-tcp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        page.call("listen", &[]).await?;
        page.see(Target::row("listen", "ok")).await?;
        let port = page.local_port().await?;
        page.call("accept", &[]).await?;
        let mut client = Python::run(TCP_CLIENT, &[&port]).await?;
        page.see(Target::row("accept", "ok")).await?;

        let accepted = page.sockets().await?.into_iter().find(|id| *id != server);
        page.click(format!("socket-{}", accepted.context("a connection")?))
            .await?;
        page.call("recv", &[("arg-size", "1024")]).await?;
        page.click("bytes-mode-text").await?;
        page.read("bytes-text", TEXT).await?;
        // The client's direction is at its end; ours is not.
        page.call("recv", &[]).await?;
        page.see(Target::row("recv", "ok").with("data-count", "0"))
            .await?;
        send(page, "sendall", "收到").await?;
        page.call("close", &[]).await?;
        page.see(Target::row("close", "ok")).await?;
        ensure!(client.line().await? == "收到");
        client.success().await
    })
    .await
}

#[tokio::test]
async fn udp_page_as_client() -> Result<()> {
    let mut server = Python::run(UDP_SERVER, &[]).await?;
    let port = server.line().await?;
    case(Case::new("interop-udp-client"), async |page, _| {
        page.new_socket("new-udp").await?;
        page.click("call-sendto").await?;
        page.fill("arg-host", "127.0.0.1").await?;
        page.fill("arg-port", &port).await?;
        send(page, "sendto", TEXT).await?;
        ensure!(server.line().await? == TEXT);
        page.click("bytes-mode-text").await?;
        page.call("recvfrom", &[("arg-size", "2048")]).await?;
        page.read("bytes-text", "收到：你好，世界").await
    })
    .await?;
    server.success().await
}

#[tokio::test]
async fn udp_page_as_server() -> Result<()> {
    case(Case::new("interop-udp-server"), async |page, _| {
        page.new_socket("new-udp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        let port = page.local_port().await?;
        page.call("recvfrom", &[("arg-size", "2048")]).await?;
        let mut client = Python::run(UDP_CLIENT, &[&port]).await?;
        page.see(Target::row("recvfrom", "ok")).await?;
        page.click("bytes-mode-text").await?;
        page.read("bytes-text", TEXT).await?;

        let peer = page.attribute("bytes-entry", "data-peer").await?;
        let (host, port) = peer.rsplit_once(':').context("the sender's address")?;
        page.click("call-sendto").await?;
        page.fill("arg-host", host).await?;
        page.fill("arg-port", port).await?;
        send(page, "sendto", "收到").await?;
        ensure!(client.line().await? == "收到");
        client.success().await
    })
    .await
}
