//! The bridge goes away and comes back; the page keeps what it has.

use anyhow::{Result, ensure};
use sockscope_e2e::{Case, Page, Proxy, Target, case};

/// Lets the bridge answer at the port of a proxy, too.
const ANY_PORT: &[&str] = &["--allow-host", "127.0.0.1"];

/// Opens the page through a proxy, which is then the page's origin.
async fn open_through(page: &Page<'_>, proxy: &Proxy, url: &str) -> Result<()> {
    let (_, rest) = url.split_once("/#").expect("the URL has a fragment");
    page.driver().goto("about:blank").await?;
    page.open(&format!("http://{}/#{rest}", proxy.address()))
        .await
}

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

#[tokio::test]
async fn a_cut_connection_is_resumed() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        bridge: ANY_PORT,
        ..Case::new("cut-and-resume")
    };
    case(wanted, async |page, bridge| {
        let proxy = Proxy::start(bridge.address()?).await?;
        open_through(page, &proxy, bridge.url()).await?;
        listening_socket(page).await?;

        proxy.sever();
        page.see(Target::id("bridge-state").with("data-state", "lost"))
            .await?;
        page.see(Target::id("banner").with("data-kind", "lost"))
            .await?;
        // Everything is still on screen, the waiting call among it.
        page.see(Target::row("accept", "waiting")).await?;
        page.see(Target::row("bind", "ok")).await?;

        page.click("banner-retry").await?;
        proxy.restore();
        page.connected().await?;
        page.see_none("banner").await?;
        ensure!(
            page.count(Target::id("row").with("data-op", "bind"))
                .await?
                == 1
        );

        // The session is the same one: its call still waits and can be ended.
        let call = page
            .attribute(Target::row("accept", "waiting"), "data-call")
            .await?;
        page.click(format!("cancel-{call}")).await?;
        page.see(Target::row("accept", "cancelled")).await
    })
    .await
}

#[tokio::test]
async fn a_cut_nobody_notices() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        bridge: ANY_PORT,
        ..Case::new("short-cut")
    };
    case(wanted, async |page, bridge| {
        let proxy = Proxy::start(bridge.address()?).await?;
        open_through(page, &proxy, bridge.url()).await?;
        listening_socket(page).await?;
        for _ in 0..5 {
            proxy.cut();
            page.see(Target::id("bridge-state").with("data-state", "lost"))
                .await?;
            page.connected().await?;
            page.new_socket("new-udp").await?;
        }
        ensure!(page.sockets().await?.len() == 6);
        // Its lane may be out of sight.
        page.click("socket-1").await?;
        page.see(Target::row("accept", "waiting")).await
    })
    .await
}

#[tokio::test]
async fn a_reload_brings_the_session_back() -> Result<()> {
    case(Case::new("reload"), async |page, _| {
        listening_socket(page).await?;
        page.new_socket("new-udp").await?;
        page.click("call-sendto").await?;
        page.fill("composer-text", "a draft").await?;

        page.driver().refresh().await?;
        page.connected().await?;
        page.see(Target::row("accept", "waiting")).await?;
        ensure!(page.sockets().await?.len() == 2);
        let url = page.driver().current_url().await?;
        ensure!(
            !url.as_str().contains("token"),
            "the token is still in {url}"
        );

        page.click("socket-2").await?;
        page.click("call-sendto").await?;
        let draft = page
            .js(
                "return document.querySelector('[data-testid=composer-text]').value",
                vec![],
            )
            .await?;
        ensure!(draft == "a draft", "the draft is {draft}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_without_a_token_says_what_to_do() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        bridge: ANY_PORT,
        ..Case::new("no-token")
    };
    case(wanted, async |page, bridge| {
        let proxy = Proxy::start(bridge.address()?).await?;
        // Another port is another origin: nothing of the first page's session is there.
        page.driver()
            .goto(format!("http://{}/", proxy.address()))
            .await?;
        page.see(Target::id("banner").with("data-kind", "unauthorized"))
            .await
    })
    .await
}

#[tokio::test]
async fn a_bridge_that_was_started_anew_holds_no_session() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        ..Case::new("bridge-gone")
    };
    case(wanted, async |page, bridge| {
        listening_socket(page).await?;
        bridge.kill().await?;
        page.see(Target::id("banner").with("data-kind", "lost"))
            .await?;
        page.see(Target::row("accept", "waiting")).await
    })
    .await
}
