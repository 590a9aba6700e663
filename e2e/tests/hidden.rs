//! A page out of sight: what comes meanwhile is there when a person looks again.

use anyhow::{Result, ensure};
use serde_json::json;
use sockscope_e2e::{Case, Page, Recorded, Target, case, reach, until};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Far more than a `stream` may be ahead of the page, and than the bridge holds.
const SIZE: usize = 16 << 20;

async fn received(page: &Page<'_>) -> Result<u64> {
    let total = page.text("bytes-received-total").await?;
    let digits: String = total.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

/// A peer of the page, which receives by itself.
async fn peer(page: &Page<'_>) -> Result<tokio::net::TcpStream> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port().to_string();
    page.new_socket("new-tcp").await?;
    page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
        .await?;
    page.see(Target::row("connect", "ok")).await?;
    let (peer, _) = listener.accept().await?;
    page.click("auto-recv").await?;
    page.see(Target::row("stream", "waiting")).await?;
    Ok(peer)
}

fn send(mut peer: tokio::net::TcpStream) -> JoinHandle<std::io::Result<()>> {
    tokio::spawn(async move {
        peer.write_all(&vec![b'x'; SIZE]).await?;
        peer.shutdown().await
    })
}

/// Hides the page: its frames stand still.
async fn put_away(page: &Page<'_>) -> Result<()> {
    page.driver().minimize_window().await?;
    until("the page to be hidden", async || {
        let hidden = page.js("return document.hidden", vec![]).await?;
        Ok((hidden == true).then_some(()))
    })
    .await
}

/// Shows it to the person again.
async fn bring_back(page: &Page<'_>) -> Result<()> {
    Ok(page.driver().set_window_rect(0, 0, 1440, 900).await?)
}

async fn all_is_there(page: &Page<'_>) -> Result<()> {
    reach("all bytes", SIZE as u64, async || received(page).await).await?;
    page.see(Target::row("stream", "ok")).await?;
    ensure!(received(page).await? == SIZE as u64);
    Recorded::by(page).await?.is_whole()
}

#[tokio::test]
async fn a_page_out_of_sight_holds_nothing_up() -> Result<()> {
    case(Case::new("hidden"), async |page, _| {
        let peer = peer(page).await?;
        put_away(page).await?;
        // The kernel takes all of it: the page goes on reading, and gives credit.
        send(peer).await??;
        bring_back(page).await?;
        all_is_there(page).await
    })
    .await
}

#[tokio::test]
async fn a_page_that_was_frozen_goes_on() -> Result<()> {
    let wanted = Case {
        // Chromium cuts those of a page that it freezes.
        breaks_connections: true,
        ..Case::new("frozen")
    };
    case(wanted, async |page, _| {
        let peer = peer(page).await?;
        put_away(page).await?;
        let state = async |state: &str| {
            let state = json!({ "state": state });
            page.browser().cdp("Page.setWebLifecycleState", state).await
        };
        state("frozen").await?;
        let sending = send(peer);
        state("active").await?;
        sending.await??;
        bring_back(page).await?;
        all_is_there(page).await?;
        page.connected().await
    })
    .await
}
