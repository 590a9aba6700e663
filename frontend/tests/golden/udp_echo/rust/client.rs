//! client.rs: 由 Sockscope 生成：一次会话中的调用。
//! 运行： rustc --edition 2021 client.rs && ./client [9999]
//! 请先启动 server。

use std::{env, io};
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(9999, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let client = UdpSocket::bind(("0.0.0.0", 0))?; // 立即绑定到端口 0，由内核选择端口
    client.send_to(b"hello", ("127.0.0.1", port))?;
    let (count, _) = client.recv_from(&mut buffer)?;
    println!("client received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    drop(client);
    Ok(())
}
