//! client.rs: Written by Sockscope: the calls of a session.
//! Run: cargo run -- [8888]
//! Start server first.
//! In Cargo.toml:
//!   tokio = { version = "1", features = ["full"] }

use std::{env, io};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::main]
async fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(8888, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let mut client = TcpStream::connect(("127.0.0.1", port)).await?; // socket, connect
    client.write_all("你好, world\n".as_bytes()).await?;
    let count = client.read(&mut buffer).await?;
    println!("client received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    drop(client);
    Ok(())
}
