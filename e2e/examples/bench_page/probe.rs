//! What the page's side of a measurement is asked.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sockscope_e2e::{Page, until};
use sockscope_protocol::CallId;

use crate::figures::{Figures, median, quantile};

/// A frame that a person sees as a stop.
const LONG_MS: f64 = 50.0;
/// The input to paint that still feels like at once.
const AT_ONCE_MS: f64 = 100.0;

pub(crate) struct Probe<'a> {
    pub(crate) page: Page<'a>,
}

/// What happened between [`Probe::begin`] and [`Probe::end`], milliseconds.
pub(crate) struct Seen {
    /// From one `requestAnimationFrame` to the next.
    frames: Vec<f64>,
    /// Tasks of more than 50 ms, as `PerformanceObserver` reports them (`longtask`).
    tasks: Vec<f64>,
    /// From a key to the paint after it.
    taps: Vec<f64>,
    /// The processor's time on the page's thread: what does not depend on who else is at work.
    busy: f64,
}

impl<'a> Probe<'a> {
    /// Notes from the next page load on.
    pub(crate) async fn install(page: Page<'a>) -> Result<Self> {
        let browser = page.browser();
        let source = json!({ "source": include_str!("probe.js") });
        browser
            .cdp("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(Self { page })
    }

    async fn ask(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let script = format!("return window.sockscopeProbe.{script}");
        self.page.js(&script, arguments).await
    }

    async fn wait(&self, script: &str, arguments: Vec<Value>) -> Result<()> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             window.sockscopeProbe.{script}.then(done);"
        );
        let done = self.page.driver().execute_async(&script, arguments).await?;
        let arrived = done.json().as_bool();
        ensure!(arrived == Some(true), "the page is not where it was to be");
        Ok(())
    }

    /// The key to the page's session.
    pub(crate) async fn session(&self) -> Result<String> {
        let key = "return sessionStorage.getItem('sockscope.session')";
        let key = self.page.js(key, vec![]).await?;
        Ok(key.as_str().context("the page has no session")?.to_owned())
    }

    /// Says which call's row is to be looked out for.
    pub(crate) async fn want(&self, call: CallId) -> Result<()> {
        let number = call.0.to_string();
        self.ask("want(arguments[0])", vec![number.into()]).await?;
        Ok(())
    }

    /// When the first row and the wanted one came, milliseconds since the page was asked for.
    pub(crate) async fn rows(&self) -> Result<(f64, f64)> {
        until("the last row", async || {
            let first = self.ask("first", vec![]).await?.as_f64();
            Ok(first.zip(self.ask("last", vec![]).await?.as_f64()))
        })
        .await
    }

    /// The page's clock.
    pub(crate) async fn now(&self) -> Result<f64> {
        let now = self.page.js("return performance.now()", vec![]).await?;
        now.as_f64().context("a time")
    }

    /// Begins to look; gives what [`Probe::end`] needs.
    pub(crate) async fn begin(&self) -> Result<Busy> {
        self.ask("begin()", vec![]).await?;
        self.busy().await
    }

    pub(crate) async fn end(&self, since: Busy) -> Result<Seen> {
        let busy = self.busy().await?.since(since);
        let seen = self.ask("end()", vec![]).await?;
        let numbers = |name: &str| {
            let list = seen.get(name).and_then(Value::as_array);
            list.into_iter()
                .flatten()
                .filter_map(Value::as_f64)
                .collect()
        };
        Ok(Seen {
            frames: numbers("frames"),
            tasks: numbers("tasks"),
            taps: numbers("taps"),
            busy,
        })
    }

    /// Scrolls the stage from a place (0 to 1), so many pixels a frame, or through all of it.
    pub(crate) async fn scroll(&self, from: f64, pixels: Option<u32>, frames: u32) -> Result<()> {
        let arguments = vec![from.into(), pixels.into(), frames.into()];
        self.wait(
            "scroll(arguments[0], arguments[1], arguments[2])",
            arguments,
        )
        .await
    }

    /// Drags the film's slider from its start to its end.
    pub(crate) async fn scrub(&self, frames: u32) -> Result<()> {
        self.wait("scrub(arguments[0])", vec![frames.into()]).await
    }

    /// A letter into what has the focus.
    pub(crate) async fn tap(&self) -> Result<()> {
        for (kind, text) in [("keyDown", "a"), ("keyUp", "")] {
            let key = json!({ "type": kind, "text": text, "key": "a", "code": "KeyA" });
            let browser = self.page.browser();
            browser.cdp("Input.dispatchKeyEvent", key).await?;
        }
        Ok(())
    }

    async fn metrics(&self) -> Result<Value> {
        let driver = self.page.driver().cdp();
        driver.send_raw("Performance.enable", json!({})).await?;
        Ok(driver.send_raw("Performance.getMetrics", json!({})).await?)
    }

    /// The processor's time on the page's thread so far.
    async fn busy(&self) -> Result<Busy> {
        Ok(Busy(metric(&self.metrics().await?, "ThreadTime") * 1_000.0))
    }

    /// What the page occupies now, garbage apart.
    pub(crate) async fn memory(&self, measure: &str, figures: &mut Figures) -> Result<()> {
        let browser = self.page.browser();
        browser
            .cdp("HeapProfiler.collectGarbage", json!({}))
            .await?;
        let metrics = self.metrics().await?;
        let wasm = self.ask("memory()", vec![]).await?.as_f64();
        let mib = f64::from(1 << 20);
        figures.add(
            measure,
            "WebAssembly memory",
            wasm.unwrap_or(0.0) / mib,
            "MiB",
        );
        let heap = metric(&metrics, "JSHeapUsedSize");
        figures.add(measure, "JavaScript heap", heap / mib, "MiB");
        figures.add(measure, "nodes", metric(&metrics, "Nodes"), "");
        Ok(())
    }
}

/// Milliseconds of a processor.
#[derive(Clone, Copy)]
pub(crate) struct Busy(f64);

impl Busy {
    fn since(self, before: Self) -> f64 {
        self.0 - before.0
    }
}

/// One of Chromium's own figures; 0 where it has none of the name.
fn metric(metrics: &Value, name: &str) -> f64 {
    let all = metrics.get("metrics").and_then(Value::as_array);
    let mut all = all.into_iter().flatten();
    let found = all.find(|metric| metric["name"] == name);
    found
        .and_then(|metric| metric["value"].as_f64())
        .unwrap_or(0.0)
}

impl Seen {
    /// `smooth` where no frame is to be over 50 ms.
    pub(crate) fn put(&self, smooth: bool, measure: &str, figures: &mut Figures) {
        let longest = |numbers: &[f64]| quantile(numbers, 100);
        let long = self.frames.iter().filter(|frame| **frame > LONG_MS).count();
        #[expect(clippy::cast_precision_loss, reason = "a count of frames")]
        let long = long as f64;
        figures.add(measure, "frame, median", median(&self.frames), "ms");
        figures.add(measure, "longest frame", longest(&self.frames), "ms");
        if smooth {
            figures.under(1.0, measure, "frames over 50 ms", long, "");
        } else {
            figures.add(measure, "frames over 50 ms", long, "");
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of frames")]
        let all = self.frames.len() as f64;
        figures.add(measure, "frames", all, "");
        figures.add(measure, "longest task", longest(&self.tasks), "ms");
        figures.add(measure, "processor time", self.busy, "ms");
    }

    pub(crate) fn put_taps(&self, measure: &str, figures: &mut Figures) {
        let taps = &self.taps;
        figures.under(
            AT_ONCE_MS,
            measure,
            "input to paint, median",
            median(taps),
            "ms",
        );
        figures.add(measure, "input to paint, 95 %", quantile(taps, 95), "ms");
    }
}
