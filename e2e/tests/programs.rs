//! The session as programs. What writes them is loaded when they are first looked at.

use anyhow::{Context as _, Result, ensure};
use sockscope_e2e::{Case, Downloads, Page, Proxy, Target, case};

const SHOWN: &str = "code-text";

/// How many files of what writes programs were loaded.
async fn loaded(page: &Page<'_>) -> Result<u64> {
    let script = "return performance.getEntriesByType('resource')
        .filter(entry => entry.name.includes('scribe')).length";
    page.js(script, vec![]).await?.as_u64().context("a number")
}

#[tokio::test]
async fn programs_are_written_while_calls_are_made() -> Result<()> {
    case(Case::new("code"), async |page, _| {
        let downloads = Downloads::of(page).await?;
        page.show("code").await?;
        page.read("code", "The calls you make appear here").await?;
        ensure!(loaded(page).await? == 0, "it is loaded before it is needed");
        page.new_socket("new-tcp").await?;

        page.show("code").await?;
        page.read(SHOWN, "socket.socket(").await?;
        ensure!(loaded(page).await? > 0, "this test sees what is loaded");
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        page.show("code").await?;
        page.read(SHOWN, ".bind((\"127.0.0.1\"").await?;
        for (button, text) in [
            ("code-c", "int main("),
            ("code-rust", "rustc --edition"),
            ("code-tokio", "tokio"),
            ("code-std", "fn main() -> io::Result<()>"),
            ("lang-zh", "由 Sockscope 生成"),
            ("lang-en", "Written by Sockscope"),
            ("code-python", "import socket"),
        ] {
            page.click(button).await?;
            page.read(SHOWN, text).await?;
        }

        // A call points its line out.
        page.click(Target::row("bind", "ok").with_in("button"))
            .await?;
        let lit = Target::id(SHOWN).with_in("[data-lit]");
        page.read(lit, ".bind(").await?;
        page.show("code").await?;

        page.click("code-save").await?;
        let file = downloads.file(".py").await?;
        let text = std::fs::read_to_string(&file)?;
        let shown = page.text(SHOWN).await?;
        ensure!(text.replace('\n', "") == shown, "{text}, and not {shown}");

        page.click("menu").await?;
        page.click("menu-text").await?;
        let file = downloads.file(".txt").await?;
        let name = file.file_name().and_then(|name| name.to_str());
        ensure!(name.is_some_and(|name| name.starts_with("sockscope-2")));
        ensure!(std::fs::read_to_string(&file)?.contains("bind(socket 1"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_could_not_be_loaded_is_loaded_on_request() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        bridge: &["--allow-host", "127.0.0.1"],
        ..Case::new("code-not-loaded")
    };
    case(wanted, async |page, bridge| {
        let proxy = Proxy::start(bridge.address()?).await?;
        let (_, rest) = bridge.url().split_once("/#").context("a fragment")?;
        let url = format!("http://{}/#{rest}", proxy.address());
        page.driver().goto("about:blank").await?;
        page.open(&url).await?;
        page.new_socket("new-udp").await?;
        proxy.sever();
        page.see(Target::id("bridge-state").with("data-state", "lost"))
            .await?;
        page.show("code").await?;
        page.read("code", "could not be loaded").await?;
        page.click("menu").await?;
        page.click("menu-text").await?;
        page.see(Target::id("banner").with("data-kind", "unwritten"))
            .await?;
        page.click(Target::id("banner").with_in("button")).await?;

        // The page comes back by itself.
        proxy.restore();
        page.connected().await?;
        page.click("code-retry").await?;
        page.read(SHOWN, "socket.SOCK_DGRAM").await
    })
    .await
}
