//! client.rs: Written by Sockscope: the calls of a session.
//! Run: rustc --edition 2021 client.rs && ./client [8888]
//! Start server first.

use std::{env, io};
use std::io::{Read, Write};
use std::net::TcpStream;

fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(8888, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let mut client = TcpStream::connect(("127.0.0.1", port))?; // socket, connect
    client.write_all("你好, world\n".as_bytes())?;
    let count = client.read(&mut buffer)?;
    println!("client received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    drop(client);
    Ok(())
}
