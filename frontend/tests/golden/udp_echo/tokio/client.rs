//! client.rs: 由 Sockscope 生成：一次会话中的调用。
//! 运行： cargo run -- [9999]
//! 请先启动 server。
//! 写进 Cargo.toml：
//!   tokio = { version = "1", features = ["full"] }

use std::{env, io};
use tokio::net::UdpSocket;

#[tokio::main]
async fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(9999, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let client = UdpSocket::bind(("0.0.0.0", 0)).await?; // 立即绑定到端口 0，由内核选择端口
    client.send_to(b"hello", ("127.0.0.1", port)).await?;
    let (count, _) = client.recv_from(&mut buffer).await?;
    println!("client received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    drop(client);
    Ok(())
}
