//! `cargo xtask bench page`: how quick the page is in Chromium, and what it occupies. Figures, which
//! decide nothing.
//!
//! The page's session is driven by a second client of the same session, so that what is measured is
//! what the page does with events, not how quickly it makes calls.

mod driver;
mod figures;
mod live;
mod probe;
mod still;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use sockscope_e2e::{Bridge, Browser, Page};

use driver::Driver;
use figures::Figures;
use probe::Probe;

/// As fast as it goes: the limit of calls a second protects the bridge, and is not what is measured.
const BRIDGE: [&str; 2] = ["--calls-per-second", "1000000"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let json = std::env::args_os().nth(1).map(PathBuf::from);
    let json = json.context("usage: bench_page FILE.jsonl")?;
    let browser = Browser::open(1440, 900, "en").await?;
    let mut figures = Figures::default();
    // Whatever happens, the browser is closed: it would outlive its driver.
    let measured = measure(&browser, &mut figures).await;
    let version = browser
        .driver()
        .execute("return navigator.userAgent", vec![])
        .await;
    browser.quit().await?;
    let agent = version?.json().as_str().unwrap_or_default().to_owned();
    let agent = agent.split(' ').find(|word| word.contains("Chrome"));
    let agent = agent.unwrap_or("an unknown browser");
    figures.print(agent);
    figures.write(agent, &json)?;
    measured
}

async fn measure(browser: &Browser, figures: &mut Figures) -> Result<()> {
    let probe = Probe::install(Page::new(browser)).await?;
    eprintln!("A long session");
    let bridge = Bridge::start(&BRIDGE).await?;
    probe.page.open(bridge.url()).await?;
    probe.memory("empty", figures).await?;
    let mut driver = Driver::join(&bridge, &probe.session().await?).await?;
    let pair = driver.pair().await?;
    still::load(&probe, &mut driver, pair, figures).await?;
    still::scroll(&probe, figures).await?;
    still::replay(&probe, figures).await?;
    eprintln!("A live session");
    live::talk(&probe, &mut driver, pair, figures).await?;
    live::datagrams(&probe, &mut driver, figures).await?;
    eprintln!("Many bytes");
    live::bulk(&probe, figures).await
}
