//! server.rs: Written by Sockscope: the calls of a session.
//! Run: cargo run -- [8888]
//! In Cargo.toml:
//!   tokio = { version = "1", features = ["full"] }

use std::{env, io};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(8888, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let server = TcpListener::bind(("127.0.0.1", port)).await?; // socket, SO_REUSEADDR, bind, listen
    let (mut conn, _) = server.accept().await?;
    let count = conn.read(&mut buffer).await?;
    println!("conn received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    conn.write_all(&buffer[..count]).await?;
    let count = conn.read(&mut buffer).await?; // 0 bytes: the peer sends no more
    println!("conn received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    drop(conn);
    drop(server);
    Ok(())
}
