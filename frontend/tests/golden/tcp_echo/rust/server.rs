//! server.rs: Written by Sockscope: the calls of a session.
//! Run: rustc --edition 2021 server.rs && ./server [8888]

use std::{env, io};
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(8888, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let server = TcpListener::bind(("127.0.0.1", port))?; // socket, SO_REUSEADDR, bind, listen
    let (mut conn, _) = server.accept()?;
    let count = conn.read(&mut buffer)?;
    println!("conn received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    conn.write_all(&buffer[..count])?;
    let count = conn.read(&mut buffer)?; // 0 bytes: the peer sends no more
    println!("conn received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    drop(conn);
    drop(server);
    Ok(())
}
