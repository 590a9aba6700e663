//! A session that goes on: a person types while thousands of events a second come in.

use std::time::Duration;

use anyhow::{Context as _, Result};
use sockscope_e2e::reach;
use sockscope_protocol::SocketType;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::driver::{Driver, Pair};
use crate::figures::Figures;
use crate::probe::Probe;

/// Events a second.
const RATE: u32 = 5_000;
/// For how long.
const TIME: Duration = Duration::from_secs(10);
/// How often a key is pressed.
const KEYS: Duration = Duration::from_millis(150);
/// MiB that are received at full speed, and then several times as many: what the page occupies must
/// not follow.
const BULK: [usize; 3] = [64, 256, 512];

/// A field that can be typed into, with the focus.
async fn compose(probe: &Probe<'_>, call: &str) -> Result<()> {
    let page = &probe.page;
    page.click(call).await?;
    page.click("composer-text").await
}

/// Presses keys until `work` is done.
async fn type_while<T>(probe: &Probe<'_>, work: impl Future<Output = Result<T>>) -> Result<T> {
    let typing = async {
        let mut keys = interval(KEYS);
        keys.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            keys.tick().await;
            probe.tap().await?;
        }
    };
    tokio::select! {
        done = work => done,
        failed = typing => failed,
    }
}

/// Calls and their ends, all of them rows of the stage.
pub(crate) async fn talk(
    probe: &Probe<'_>,
    driver: &mut Driver,
    pair: Pair,
    figures: &mut Figures,
) -> Result<()> {
    let measure = "5,000 events/s: calls";
    compose(probe, "call-sendall").await?;
    let (began, before) = (Instant::now(), driver.events());
    let since = probe.begin().await?;
    let last = type_while(probe, driver.talk_for(pair, TIME, RATE)).await?;
    let took = began.elapsed();
    probe.want(last).await?;
    let made = probe.now().await?;
    let (_, shown) = probe.rows().await?;
    let seen = probe.end(since).await?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a log is shorter than 2^53 events"
    )]
    let rate = (driver.events() - before) as f64 / took.as_secs_f64();
    figures.add(measure, "events/s", rate, "");
    seen.put_taps(measure, figures);
    seen.put(false, measure, figures);
    figures.add(
        measure,
        "last row after the last call",
        (shown - made).max(0.0),
        "ms",
    );
    probe.memory(measure, figures).await
}

/// Datagrams that the page receives by itself: events of one call.
pub(crate) async fn datagrams(
    probe: &Probe<'_>,
    driver: &mut Driver,
    figures: &mut Figures,
) -> Result<()> {
    let measure = "5,000 events/s: datagrams";
    let page = &probe.page;
    let socket = driver.socket(SocketType::Datagram).await?;
    let port = driver.bind(socket).await?;
    page.select(&socket.0.to_string()).await?;
    page.click("auto-recv").await?;
    compose(probe, "call-sendto").await?;
    let (began, before) = (Instant::now(), driver.events());
    let since = probe.begin().await?;
    type_while(probe, shower(port)).await?;
    let seen = probe.end(since).await?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a log is shorter than 2^53 events"
    )]
    let rate = (driver.events() - before) as f64 / began.elapsed().as_secs_f64();
    figures.add(measure, "events/s", rate, "");
    seen.put_taps(measure, figures);
    seen.put(false, measure, figures);
    probe.memory(measure, figures).await
}

async fn shower(port: u16) -> Result<()> {
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    socket.connect(("127.0.0.1", port)).await?;
    let mut ticks = interval(Duration::from_millis(5));
    let began = Instant::now();
    let mut sent = 0_u32;
    while began.elapsed() < TIME {
        ticks.tick().await;
        let due = began.elapsed().as_secs_f64() * f64::from(RATE);
        while f64::from(sent) < due {
            // What does not fit is lost, as datagrams are.
            socket.send(b"one of very many datagrams").await.ok();
            sent += 1;
        }
    }
    Ok(())
}

/// As fast as the page takes it.
pub(crate) async fn bulk(probe: &Probe<'_>, figures: &mut Figures) -> Result<()> {
    let page = &probe.page;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port().to_string();
    page.new_socket("new-tcp").await?;
    page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
        .await?;
    let (mut peer, _) = listener.accept().await?;
    page.read("inspector-state", "ESTABLISHED").await?;
    page.click("auto-recv").await?;
    let part = vec![b'x'; 1 << 16];
    let mut before = 0;
    for all in BULK {
        let measure = &format!("{all} MiB received");
        let since = probe.begin().await?;
        let began = Instant::now();
        let sent = async {
            for _ in 0..((all - before) << 20) / part.len() {
                peer.write_all(&part).await?;
            }
            Ok(())
        };
        let shown = reach("bytes that were received", (all as u64) << 20, async || {
            let total = page.text("bytes-received-total").await?;
            let digits: String = total.chars().filter(char::is_ascii_digit).collect();
            digits.parse().context("a number of bytes")
        });
        tokio::try_join!(sent, shown)?;
        let took = began.elapsed();
        probe.end(since).await?.put(false, measure, figures);
        #[expect(clippy::cast_precision_loss, reason = "a whole number of mebibytes")]
        let mib = (all - before) as f64;
        figures.add(measure, "rate", mib / took.as_secs_f64(), "MiB/s");
        probe.memory(measure, figures).await?;
        before = all;
    }
    Ok(())
}
