//! A long session that has happened: to open it, to look through it, to play it.

use std::time::Duration;

use anyhow::Result;

use crate::driver::{Driver, Pair};
use crate::figures::Figures;
use crate::probe::Probe;

/// How long the session is.
const EVENTS: u64 = 20_000;
/// What opening it may take.
const LOAD_MS: f64 = 1_000.0;
/// Frames of a scroll.
const FRAMES: u32 = 300;
/// Pixels a frame: what a wheel does; and what a hasty finger does.
const SLOW: u32 = 60;
const FAST: u32 = 1_200;
/// How long the film is watched.
const WATCH: Duration = Duration::from_secs(5);

pub(crate) async fn load(
    probe: &Probe<'_>,
    driver: &mut Driver,
    pair: Pair,
    figures: &mut Figures,
) -> Result<()> {
    let last = driver.talk_until(pair, EVENTS).await?;
    probe.want(last).await?;
    probe.rows().await?;
    let measure = "20,000 events";
    #[expect(
        clippy::cast_precision_loss,
        reason = "a log is shorter than 2^53 events"
    )]
    figures.add(measure, "events", driver.events() as f64, "");
    probe.page.driver().refresh().await?;
    let (first, last) = probe.rows().await?;
    figures.add(measure, "reload to first row", first, "ms");
    figures.under(LOAD_MS, measure, "reload to last row", last, "ms");
    probe.memory(measure, figures).await
}

pub(crate) async fn scroll(probe: &Probe<'_>, figures: &mut Figures) -> Result<()> {
    for (measure, from, pixels) in [
        ("scroll, 60 px a frame", 0.4, Some(SLOW)),
        ("scroll, 1,200 px a frame", 0.2, Some(FAST)),
        ("scroll, all in 300 frames", 0.0, None),
    ] {
        let since = probe.begin().await?;
        probe.scroll(from, pixels, FRAMES).await?;
        probe.end(since).await?.put(true, measure, figures);
    }
    Ok(())
}

/// The same session as a film.
pub(crate) async fn replay(probe: &Probe<'_>, figures: &mut Figures) -> Result<()> {
    let page = &probe.page;
    page.click("menu").await?;
    page.click("menu-replay").await?;
    page.see("replay").await?;
    let since = probe.begin().await?;
    probe.scrub(FRAMES).await?;
    probe
        .end(since)
        .await?
        .put(true, "replay, dragged through in 300 frames", figures);
    page.click("replay-start").await?;
    while !page.text("replay-speed").await?.contains("10") {
        page.click("replay-speed").await?;
    }
    page.click("replay-play").await?;
    let since = probe.begin().await?;
    tokio::time::sleep(WATCH).await;
    probe
        .end(since)
        .await?
        .put(true, "replay, 10 times as fast", figures);
    page.click("replay-live").await?;
    page.see_none("replay").await
}
