//! The simplest relay there is: what passing on bytes costs without a WebSocket.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use tokio::{
    io::copy_bidirectional_with_sizes,
    net::{TcpListener, TcpSocket, TcpStream},
};

const BUFFER: usize = 64 * 1024;
const BACKLOG: u32 = 4096;

/// Passes each connection on to the target, for good.
pub(crate) async fn forward(listen: SocketAddr, target: SocketAddr) -> Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(listen)?;
    let listener: TcpListener = socket
        .listen(BACKLOG)
        .with_context(|| format!("cannot listen at {listen}"))?;
    loop {
        if let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, target));
        }
    }
}

async fn pass_on(mut client: TcpStream, target: SocketAddr) -> Result<()> {
    let mut target = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    target.set_nodelay(true)?;
    copy_bidirectional_with_sizes(&mut client, &mut target, BUFFER, BUFFER).await?;
    Ok(())
}
