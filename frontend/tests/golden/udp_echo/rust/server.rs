//! server.rs: 由 Sockscope 生成：一次会话中的调用。
//! 运行： rustc --edition 2021 server.rs && ./server [9999]

use std::{env, io};
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(9999, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let server = UdpSocket::bind(("127.0.0.1", port))?;
    let (count, peer) = server.recv_from(&mut buffer)?;
    println!("server received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    server.send_to(&buffer[..count], peer)?;
    drop(server);
    Ok(())
}
