//! server.rs: Written by Sockscope: the calls of a session.
//! Run: cargo run -- [8888]
//! In Cargo.toml:
//!   socket2 = { version = "0.6", features = ["all"] }

use socket2::SockRef;
use std::{env, io};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(8888, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let server = TcpListener::bind(("127.0.0.1", port))?; // socket, SO_REUSEADDR, bind, listen
    let (mut conn, _) = server.accept()?;
    SockRef::from(&conn).set_linger(Some(Duration::from_secs(0)))?;
    let count = conn.read(&mut buffer)?; // 0 bytes: the peer sends no more
    println!("conn received {count}: {}", String::from_utf8_lossy(&buffer[..count]));
    conn.write_all(b"\x00\xff?")?;
    drop(conn);
    drop(server);
    Ok(())
}
