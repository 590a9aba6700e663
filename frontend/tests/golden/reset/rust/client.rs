//! client.rs: Written by Sockscope: the calls of a session.
//! Run: rustc --edition 2021 client.rs && ./client [8888]
//! Start server first.

use std::{env, io};
use std::io::Read;
use std::net::{Shutdown, TcpStream};

fn main() -> io::Result<()> {
    let port: u16 = env::args().nth(1).map_or(8888, |port| port.parse().expect("a port"));
    let mut buffer = vec![0; 1024];

    let mut client = TcpStream::connect(("127.0.0.1", port))?; // socket, connect
    client.shutdown(Shutdown::Write)?;
    let count = client.read(&mut buffer)?;
    println!("client received {count}: {:02x?}", &buffer[..count]);
    if let Err(error) = client.read(&mut buffer[..64]) {
        println!("client recv: {error}"); // ECONNRESET
    }
    drop(client);
    Ok(())
}
