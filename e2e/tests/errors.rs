//! Errors are shown as what they are, with what to do.

use std::net::TcpListener;

use anyhow::Result;
use sockscope_e2e::{Case, Target, case};

#[tokio::test]
async fn the_kernels_errors_have_their_names() -> Result<()> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let taken_port = taken.local_addr()?.port().to_string();
    case(Case::new("kernel-errors"), async |page, _| {
        page.new_socket("new-tcp").await?;
        page.call(
            "bind",
            &[("arg-host", "127.0.0.1"), ("arg-port", &taken_port)],
        )
        .await?;
        page.see(Target::row("bind", "errno")).await?;
        page.read(Target::row("bind", "errno"), "EADDRINUSE")
            .await?;
        page.read("result", "EADDRINUSE").await?;
        page.see("result-explain").await?;
        // Who has the port: this test.
        page.read("holder", &std::process::id().to_string()).await?;

        // A call that makes no sense now says why, and can be made all the same.
        page.click("call-recv").await?;
        page.see("call-why-not").await?;
        page.click("force-call").await?;
        page.read(Target::row("recv", "errno"), "ENOTCONN").await
    })
    .await
}

#[tokio::test]
async fn nobody_listens() -> Result<()> {
    // Bound and not listening: the port is nobody else's, and refuses.
    let reserved = socket_that_does_not_listen()?;
    let port = reserved.local_addr()?.port().to_string();
    case(Case::new("connection-refused"), async |page, _| {
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        page.read(Target::row("connect", "errno"), "ECONNREFUSED")
            .await
    })
    .await
}

/// UDP's ports are not TCP's: a TCP connection to the number of a UDP socket is refused, unless
/// somebody happens to listen there, which loopback test machines do not on ephemeral ports.
fn socket_that_does_not_listen() -> Result<std::net::UdpSocket> {
    loop {
        let udp = std::net::UdpSocket::bind("127.0.0.1:0")?;
        if TcpListener::bind(udp.local_addr()?).is_ok() {
            return Ok(udp);
        }
    }
}

#[tokio::test]
async fn a_refusal_of_the_policy_is_not_the_kernels() -> Result<()> {
    case(Case::new("policy"), async |page, _| {
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "192.0.2.1"), ("arg-port", "80")])
            .await?;
        page.see(Target::row("connect", "refused")).await?;
        page.call("connect", &[("arg-host", "10.1.2.3"), ("arg-port", "80")])
            .await?;
        page.read("result", "--allow-connect").await?;
        page.call(
            "connect",
            &[("arg-host", "169.254.169.254"), ("arg-port", "80")],
        )
        .await?;
        page.read("result", "169.254.169.254").await
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_composed_is_said() -> Result<()> {
    case(Case::new("composer"), async |page, _| {
        page.new_socket("new-udp").await?;
        page.click("call-sendto").await?;
        page.click("composer-mode-hex").await?;
        page.fill("composer-hex", "48 656").await?;
        page.see("composer-error").await?;
        page.click("composer-mode-text").await?;
        page.fill("composer-text", r"\q").await?;
        page.see("composer-error").await?;
        page.fill("composer-text", "ok").await?;
        page.see_none("composer-error").await?;
        page.read("composer-count", "2").await
    })
    .await
}
