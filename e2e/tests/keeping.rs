//! A reload, a duplicate, a bridge that is gone: what the page had, it has again.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use sockscope_e2e::{Bridge, Case, Page, Proxy, Recorded, Target, case, reach, until};
use thirtyfour::prelude::*;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, UdpSocket};

/// A bridge that has soon forgotten what was.
const FORGETFUL: &[&str] = &["--log-events", "30", "--log-bytes", "500"];

async fn listening_socket(page: &Page<'_>) -> Result<()> {
    page.new_socket("new-tcp").await?;
    page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
        .await?;
    page.see(Target::row("bind", "ok")).await?;
    page.call("listen", &[]).await?;
    page.see(Target::row("listen", "ok")).await?;
    page.call("accept", &[]).await?;
    page.see(Target::row("accept", "waiting")).await
}

async fn received(page: &Page<'_>) -> Result<u64> {
    let total = page.text("bytes-received-total").await?;
    let digits: String = total.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

/// A UDP socket that receives by itself, and datagrams for it.
async fn datagrams(page: &Page<'_>, count: u64) -> Result<()> {
    page.new_socket("new-udp").await?;
    page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
        .await?;
    let port = page.local_port().await?;
    page.click("auto-recv").await?;
    page.see(Target::row("stream", "waiting")).await?;
    let sender = UdpSocket::bind("127.0.0.1:0").await?;
    for one in 1..=count {
        sender
            .send_to(b"ten bytes.", format!("127.0.0.1:{port}"))
            .await?;
        // One after another, so that the kernel's queue loses none.
        reach("datagrams that came", one * 10, async || {
            received(page).await
        })
        .await?;
    }
    Ok(())
}

/// How long the pending accept has waited, in tenths of a second, as the page says it.
async fn waited(page: &Page<'_>) -> Result<u64> {
    let text = page
        .text(Target::row("accept", "waiting").with_in(".elapsed"))
        .await?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits
        .parse()
        .with_context(|| format!("{text:?} is no time"))
}

#[tokio::test]
async fn a_reload_brings_back_more_than_the_bridge_holds() -> Result<()> {
    let wanted = Case {
        bridge: FORGETFUL,
        ..Case::new("keeping")
    };
    case(wanted, async |page, _| {
        datagrams(page, 60).await?;
        for _ in 0..3 {
            let before = Recorded::by(page).await?;
            before.is_whole()?;
            page.driver().refresh().await?;
            page.connected().await?;
            page.select("1").await?;
            reach("datagrams", 600, async || received(page).await).await?;
            let after = Recorded::by(page).await?;
            after.is_whole()?;
            before.begins(&after)?;
            // And it goes on.
            page.new_socket("new-tcp").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reload_in_the_middle_of_a_stream_loses_nothing() -> Result<()> {
    const PART: usize = 64 << 10;
    const PARTS: u64 = 24 << 4;
    const HALF: u64 = 12 << 20;
    case(Case::new("keeping-stream"), async |page, _| {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port().to_string();
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        page.see(Target::row("connect", "ok")).await?;
        let (mut peer, _) = listener.accept().await?;
        let sending = tokio::spawn(async move {
            for part in 0..PARTS {
                let mut bytes = vec![b'.'; PART];
                bytes[..8].copy_from_slice(&part.to_le_bytes());
                peer.write_all(&bytes).await?;
            }
            peer.shutdown().await
        });
        page.click("auto-recv").await?;
        // More than the bridge holds.
        reach("the first half", HALF, async || received(page).await).await?;
        page.driver().refresh().await?;
        page.connected().await?;
        let size = PARTS * PART as u64;
        reach("all of it", size, async || received(page).await).await?;
        ensure!(received(page).await? == size);
        sending.await??;
        Recorded::by(page).await?.is_whole()
    })
    .await
}

#[tokio::test]
async fn a_call_that_waits_waits_on() -> Result<()> {
    case(Case::new("keeping-pending"), async |page, _| {
        listening_socket(page).await?;
        reach("tenths of a second", 15, async || waited(page).await).await?;
        let before = waited(page).await?;
        page.driver().refresh().await?;
        page.see(Target::row("accept", "waiting")).await?;
        let after = waited(page).await?;
        ensure!(
            after >= before,
            "it waited {before} tenths, and now {after}"
        );
        let call = page
            .attribute(Target::row("accept", "waiting"), "data-call")
            .await?;
        page.click(format!("cancel-{call}")).await?;
        page.see(Target::row("accept", "cancelled")).await
    })
    .await
}

#[tokio::test]
async fn a_session_that_ended_stays_to_be_looked_at() -> Result<()> {
    let wanted = Case {
        bridge: &["--linger-seconds", "0"],
        ..Case::new("keeping-ended")
    };
    case(wanted, async |page, _| {
        listening_socket(page).await?;
        let before = Recorded::by(page).await?;
        for _ in 0..2 {
            page.driver().refresh().await?;
            page.see(Target::id("banner").with("data-kind", "session_gone"))
                .await?;
            page.see(Target::row("bind", "ok")).await?;
            // It waits no more, and nobody can say how it ended.
            page.see(Target::row("accept", "unknown")).await?;
            ensure!(
                page.count(Target::id("row").with_in("[data-cancel]"))
                    .await?
                    == 0
            );
            ensure!(Recorded::by(page).await? == before);
        }
        page.click("menu").await?;
        page.click("menu-replay").await?;
        page.see(Target::id("replay").with("data-source", "session"))
            .await?;
        page.see(Target::row("accept", "waiting")).await?;
        page.click("replay-live").await?;

        page.click("banner-new-session").await?;
        page.connected().await?;
        page.see_none("row").await?;
        page.see_none("banner").await?;
        page.new_socket("new-udp").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_bridge_that_was_started_again_does_not_take_the_log_away() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        bridge: &["--allow-host", "127.0.0.1"],
        ..Case::new("keeping-restart")
    };
    case(wanted, async |page, bridge| {
        let proxy = Proxy::start(bridge.address()?).await?;
        let address = format!("http://{}/", proxy.address());
        let fragment = |bridge: &Bridge| {
            let (_, fragment) = bridge.url().split_once('#').context("a fragment")?;
            anyhow::Ok(fragment.to_owned())
        };
        page.driver().goto("about:blank").await?;
        page.open(&format!("{address}#{}", fragment(bridge)?))
            .await?;
        listening_socket(page).await?;
        page.new_socket("new-udp").await?;
        page.click("call-sendto").await?;
        page.fill("composer-text", "a draft").await?;
        let before = Recorded::by(page).await?;

        bridge.kill().await?;
        let again = Bridge::start(&["--allow-host", "127.0.0.1"]).await?;
        proxy.redirect(again.address()?);
        page.driver().refresh().await?;
        // Its token is that of the former bridge.
        page.see(Target::id("banner").with("data-kind", "unauthorized"))
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        ensure!(Recorded::by(page).await? == before);
        page.select("2").await?;
        page.click("call-sendto").await?;
        let script = "return document.querySelector('[data-testid=composer-text]').value";
        let draft = page.js(script, vec![]).await?;
        ensure!(draft == "a draft", "the draft is {draft}");

        page.js(
            "location.hash = arguments[0]",
            vec![fragment(&again)?.into()],
        )
        .await?;
        page.see(Target::id("banner").with("data-kind", "session_gone"))
            .await?;
        page.see(Target::row("accept", "unknown")).await?;
        page.click("banner-new-session").await?;
        page.connected().await?;
        page.see_none("row").await?;
        ensure!(page.new_socket("new-tcp").await? == "1");
        page.driver().refresh().await?;
        page.connected().await?;
        page.see("socket-1").await?;
        Ok(())
    })
    .await
}

/// Under which name the tab keeps its log.
async fn name(page: &Page<'_>) -> Result<String> {
    until("a log that is kept", async || {
        let script = "return sessionStorage.getItem('sockscope.kept')";
        let name = page.js(script, vec![]).await?;
        Ok(name.as_str().map(str::to_owned))
    })
    .await
}

/// Opens another tab with a script and goes there.
async fn tab(page: &Page<'_>, script: &str) -> Result<WindowHandle> {
    let before = page.driver().windows().await?;
    page.js(script, vec![]).await?;
    let tab = until("another tab", async || {
        let mut windows = page.driver().windows().await?.into_iter();
        Ok(windows.find(|window| !before.contains(window)))
    })
    .await?;
    page.driver().switch_to_window(tab.clone()).await?;
    page.connected().await?;
    Ok(tab)
}

#[tokio::test]
async fn each_tab_keeps_its_own() -> Result<()> {
    let wanted = Case {
        bridge: FORGETFUL,
        ..Case::new("keeping-tabs")
    };
    case(wanted, async |page, bridge| {
        datagrams(page, 30).await?;
        let first = page.driver().window().await?;
        let own = name(page).await?;
        // Like a duplicate, it gets a copy of the first one's `sessionStorage`, and so its session.
        tab(page, "window.open(location.href)").await?;
        page.see("socket-1").await?;
        Recorded::by(page).await?.is_whole()?;
        until("a name of its own", async || {
            Ok((name(page).await? != own).then_some(()))
        })
        .await?;
        page.new_socket("new-tcp").await?;
        page.driver().refresh().await?;
        page.connected().await?;
        page.see("socket-2").await?;
        Recorded::by(page).await?.is_whole()?;
        // A stranger to both.
        tab(
            page,
            &format!("window.open('{}', '', 'noopener')", bridge.url()),
        )
        .await?;
        ensure!(page.sockets().await?.is_empty());
        page.new_socket("new-udp").await?;
        page.driver().refresh().await?;
        page.connected().await?;
        page.see("socket-1").await?;
        ensure!(Recorded::by(page).await?.len() < 10);

        page.driver().switch_to_window(first).await?;
        let before = Recorded::by(page).await?;
        page.driver().refresh().await?;
        page.connected().await?;
        page.see("socket-2").await?;
        let after = Recorded::by(page).await?;
        after.is_whole()?;
        before.begins(&after)?;
        ensure!(name(page).await? == own);
        Ok(())
    })
    .await
}

/// Has the browser run a script in the page before its own.
async fn before_all(page: &Page<'_>, script: &str) -> Result<()> {
    let command = "Page.addScriptToEvaluateOnNewDocument";
    let cdp = page.browser().cdp(command, json!({ "source": script }));
    cdp.await
}

#[tokio::test]
async fn a_browser_that_keeps_nothing_is_told_of() -> Result<()> {
    case(Case::new("keeping-refused"), async |page, _| {
        before_all(
            page,
            "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError') }",
        )
        .await?;
        page.driver().refresh().await?;
        page.connected().await?;
        // There is nothing to lose yet.
        page.see_none("banner").await?;
        listening_socket(page).await?;
        page.read("banner", "SecurityError").await?;
        page.click(Target::id("banner").with_in("button")).await?;
        page.see_none("banner").await?;
        // What the bridge holds comes back.
        page.driver().refresh().await?;
        page.connected().await?;
        page.see(Target::row("accept", "waiting")).await?;
        Recorded::by(page).await?.is_whole()
    })
    .await
}

#[tokio::test]
async fn a_browser_that_does_not_answer_holds_nobody_up() -> Result<()> {
    case(Case::new("keeping-silent"), async |page, _| {
        listening_socket(page).await?;
        before_all(page, "IDBFactory.prototype.open = () => new EventTarget()").await?;
        page.driver().refresh().await?;
        page.connected().await?;
        page.see(Target::row("accept", "waiting")).await?;
        page.read("banner", "TimeoutError").await?;
        page.new_socket("new-udp").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_full_disk_stops_the_keeping_and_nothing_else() -> Result<()> {
    case(Case::new("keeping-full"), async |page, bridge| {
        let origin = format!("http://{}", bridge.address()?);
        let quota = json!({ "origin": origin, "quotaSize": 100_000 });
        let browser = page.browser();
        browser.cdp("Storage.overrideQuotaForOrigin", quota).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port().to_string();
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        page.see(Target::row("connect", "ok")).await?;
        let (mut peer, _) = listener.accept().await?;
        page.click("auto-recv").await?;
        const SIZE: usize = 8 << 20;
        let sending = tokio::spawn(async move {
            peer.write_all(&vec![b'x'; SIZE]).await?;
            peer.shutdown().await
        });
        reach("all bytes", SIZE as u64, async || received(page).await).await?;
        sending.await??;
        page.read("banner", "QuotaExceededError").await
    })
    .await
}

#[tokio::test]
async fn a_film_stands_where_it_stood() -> Result<()> {
    case(Case::new("keeping-film"), async |page, _| {
        listening_socket(page).await?;
        let press = async |key: TypingData| {
            let chain = page.driver().action_chain();
            chain.send_keys(key).perform().await
        };
        press("v".into()).await?;
        page.see("replay").await?;
        press(Key::Home.into()).await?;
        page.see_none("row").await?;
        // To the return of `socket`, and of `bind`.
        press(Key::Right + Key::Right).await?;
        let place = Target::id("replay").with_in("p:last-child");
        page.see(Target::row("bind", "ok")).await?;
        page.see_none(Target::row("listen", "ok")).await?;
        let stood = page.text(place.clone()).await?;
        let time = stood.split('/').next().unwrap_or_default();
        page.driver().refresh().await?;
        page.read(place, time).await?;
        page.see(Target::row("bind", "ok")).await?;
        page.see_none(Target::row("listen", "ok")).await?;
        page.click("replay-live").await?;
        page.see(Target::row("accept", "waiting")).await
    })
    .await
}

#[tokio::test]
async fn a_file_that_a_reload_cut_off_is_said_to_be() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("long.bin");
    std::fs::write(&path, vec![b'x'; 32 << 20])?;
    case(Case::new("keeping-upload"), async |page, _| {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port().to_string();
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        page.see(Target::row("connect", "ok")).await?;
        // It does not read.
        let _peer = listener.accept().await?;
        page.click("call-sendall").await?;
        page.click("composer-mode-file").await?;
        let input = page.driver().find(By::Testid("composer-file")).await?;
        input.send_keys(path.to_string_lossy()).await?;
        page.click("do-call").await?;
        page.see("file-progress").await?;
        // The browser asks first, and the driver says yes.
        page.driver().refresh().await?;
        page.connected().await?;
        page.click("call-sendall").await?;
        page.read(
            Target::id("call-form").with_in(".file-progress p"),
            "long.bin",
        )
        .await?;
        page.read(
            Target::id("call-form").with_in(".file-progress p"),
            "The rest was not",
        )
        .await
    })
    .await
}
