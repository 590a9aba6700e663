//! A connection that reads and writes in one task.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    task::Poll,
};

use anyhow::{Result, bail};
use bytes::{Buf as _, Bytes};
use tokio::{
    io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
};

use super::{Body, Event, Protocol};

/// How many pieces one system call writes.
const SLICES: usize = 16;

/// A connection to a relay, or to the target itself.
pub(crate) struct Connection {
    io: TcpStream,
    target: SocketAddr,
    pub(crate) protocol: Protocol,
    input: Box<[u8]>,
    output: VecDeque<Bytes>,
    ended: bool,
}

impl Connection {
    pub(super) fn new(
        io: TcpStream,
        target: SocketAddr,
        protocol: Protocol,
        buffer: usize,
        output: VecDeque<Bytes>,
    ) -> Self {
        Self {
            io,
            target,
            protocol,
            input: vec![0; buffer].into(),
            output,
            ended: false,
        }
    }

    /// Opens a stream to the target.
    pub(crate) fn open(&mut self, stream: u32) {
        self.protocol.open(stream, self.target, &mut self.output);
    }

    /// Queues a payload, whether there is credit or not.
    pub(crate) fn send(&mut self, stream: u32, body: &Body) {
        self.protocol.send(stream, body, &mut self.output);
    }

    /// Queues the end of a stream.
    pub(crate) fn close(&mut self, stream: u32) {
        self.protocol.close(stream, &mut self.output);
    }

    /// How many bytes wait to be written.
    pub(crate) fn queued(&self) -> usize {
        self.output.iter().map(Bytes::len).sum()
    }

    /// Whether the other side has closed the connection.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Takes bytes that were read before this connection was made.
    pub(super) fn take(&mut self, early: &[u8]) {
        self.protocol
            .decode(early, &mut self.output, &mut |_, _| {});
    }

    /// Waits until something could be read or written, and does it.
    pub(crate) async fn turn(
        &mut self,
        on: &mut (dyn FnMut(u32, Event<'_>) + Send),
    ) -> io::Result<()> {
        let read = poll_fn(|context| {
            let mut read = ReadBuf::new(&mut self.input);
            let written = write(&mut self.io, &mut self.output, context)?;
            if self.ended {
                // Nothing comes any more, and the other direction may still be open.
                let done = written || self.output.is_empty();
                return if done {
                    Poll::Ready(Ok(None))
                } else {
                    Poll::Pending
                };
            }
            match Pin::new(&mut self.io).poll_read(context, &mut read) {
                Poll::Ready(done) => Poll::Ready(done.map(|()| Some(read.filled().len()))),
                Poll::Pending if written => Poll::Ready(Ok(None)),
                Poll::Pending => Poll::Pending,
            }
        })
        .await?;
        match read {
            Some(0) => {
                self.ended = true;
                on(0, Event::Closed);
            }
            Some(count) => self
                .protocol
                .decode(&self.input[..count], &mut self.output, on),
            None => {}
        }
        Ok(())
    }

    /// As [`Self::turn`], where the connection's end is a failure.
    pub(crate) async fn step(&mut self, on: &mut (dyn FnMut(u32, Event<'_>) + Send)) -> Result<()> {
        self.turn(on).await?;
        if self.ended {
            bail!("the relay closed the connection");
        }
        if let Some(fault) = self.protocol.fault() {
            bail!("the relay said or did: {fault}");
        }
        Ok(())
    }

    /// Writes what waits, and reads nothing.
    pub(crate) async fn write(&mut self) -> io::Result<()> {
        while !self.output.is_empty() {
            poll_fn(
                |context| match write(&mut self.io, &mut self.output, context) {
                    Ok(false) => Poll::Pending,
                    done => Poll::Ready(done),
                },
            )
            .await?;
        }
        Ok(())
    }

    /// Says that nothing more will be written (`shutdown(SHUT_WR)`).
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        self.write().await?;
        self.io.shutdown().await
    }
}

/// Writes as much as the kernel takes; whether that was anything.
fn write(
    io: &mut TcpStream,
    output: &mut VecDeque<Bytes>,
    context: &mut std::task::Context<'_>,
) -> io::Result<bool> {
    let mut any = false;
    while !output.is_empty() {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let count = output.len().min(SLICES);
        for (slice, bytes) in slices.iter_mut().zip(output.iter()) {
            *slice = IoSlice::new(bytes);
        }
        let Poll::Ready(written) =
            Pin::new(&mut *io).poll_write_vectored(context, &slices[..count])
        else {
            break;
        };
        let mut written = written?;
        any = true;
        while let Some(first) = output.front_mut() {
            let here = written.min(first.len());
            first.advance(here);
            written -= here;
            if !first.is_empty() {
                break;
            }
            output.pop_front();
        }
    }
    Ok(any)
}
