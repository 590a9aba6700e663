//! Nobody is shut out: axe-core looks at every view, in both languages and themes, for a room, on a
//! telephone and at 200 % zoom.

use std::net::TcpListener;

use anyhow::{Result, ensure};
use sockscope_e2e::{Axe, Bridge, Case, Page, Target, Window, case, until};

const DESK: Window = window(1440, 900, 100);
const TELEPHONE: Window = window(390, 844, 100);
const ZOOMED: Window = window(1440, 900, 200);

const fn window(width: u32, height: u32, zoom_percent: u32) -> Window {
    Window {
        width,
        height,
        zoom_percent,
    }
}

/// How somebody looks at a view.
struct Look {
    window: Window,
    dark: bool,
    projector: bool,
    language: &'static str,
}

const fn look(window: Window, dark: bool, projector: bool, language: &'static str) -> Look {
    Look {
        window,
        dark,
        projector,
        language,
    }
}

/// Where all panels stand side by side, everything with everything; where one does, each at least once.
const LOOKS: [Look; 14] = [
    look(DESK, false, false, "en"),
    look(DESK, false, false, "zh"),
    look(DESK, true, false, "zh"),
    look(DESK, true, false, "en"),
    look(DESK, true, true, "en"),
    look(DESK, true, true, "zh"),
    look(DESK, false, true, "zh"),
    look(DESK, false, true, "en"),
    look(TELEPHONE, false, true, "zh"),
    look(TELEPHONE, true, true, "en"),
    look(TELEPHONE, false, false, "en"),
    look(TELEPHONE, true, false, "zh"),
    look(ZOOMED, true, false, "en"),
    look(ZOOMED, false, false, "zh"),
];

/// What reaches out of the window, or does not fit where it stands. What can be scrolled to is not cut
/// off, and what ends in an ellipsis shows that it goes on.
const CUT_OFF: &str = r#"
const name = e => e.dataset.testid || e.id || `${e.tagName.toLowerCase()}.${e.className}`;
const scrolls = e => /auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth;
const hidden = e => e.closest('.unseen, .skip, svg, dialog:not([open])')
  || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const found = [];
for (const e of document.querySelectorAll('body *')) {
  const text = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (hidden(e) || !(text || e.matches('button, input, select, textarea'))) continue;
  let scrolled = false;
  for (let p = e.parentElement; p; p = p.parentElement) scrolled ||= scrolls(p);
  const box = e.getBoundingClientRect();
  if (!scrolled && box.width > 1 && (box.right > innerWidth + 1 || box.left < -1))
    found.push(`${name(e)} reaches from ${box.left | 0} to ${box.right | 0} px`);
  const style = getComputedStyle(e);
  const clips = v => v === 'hidden' || v === 'clip';
  if (e.matches('input, select, textarea')) continue;
  if (clips(style.overflowX) && style.textOverflow !== 'ellipsis' && e.scrollWidth > e.clientWidth + 1)
    found.push(`${name(e)} hides ${e.scrollWidth - e.clientWidth} px of its width`);
  if (clips(style.overflowY) && e.scrollHeight > e.clientHeight + 3)
    found.push(`${name(e)} hides ${e.scrollHeight - e.clientHeight} px of its height`);
}
return [...new Set(found)];
"#;

/// What axe has switched off because only WCAG 2.2 asks for it: buttons that a finger hits.
const TARGETS: &str = "target-size";
/// What only WCAG's level AAA asks for, and projector mode promises.
const CONTRAST_AAA: &str = "color-contrast-enhanced";

const TABS: [&str; 4] = ["tab-sockets", "tab-stage", "tab-inspector", "tab-lesson"];

/// Whether a call on the stage was found too small only because it is scrolled half under the heads of
/// the lanes: it can be scrolled out again.
fn half_scrolled(found: &str) -> bool {
    let of_the_stage = found.starts_with(&format!("{TARGETS}: ")) && found.contains(".grow: ");
    of_the_stage && found.contains("because it is partially obscured")
}

/// The page, its examiner and what was found so far.
struct Round<'a> {
    page: &'a Page<'a>,
    axe: Axe,
    /// Everything has to be large enough for a finger.
    room_to_hit: bool,
    found: Vec<String>,
}

impl Round<'_> {
    /// Looks at the view in every way; on a telephone at those panels that `tabs` name.
    async fn view(&mut self, name: &str, tabs: &[&str]) -> Result<()> {
        for look in &LOOKS {
            self.put_on(look).await?;
            let narrow = look.window != DESK;
            for tab in if narrow { tabs } else { &[""] } {
                if narrow {
                    self.press(tab).await?;
                }
                self.examine(name, tab, look).await?;
            }
        }
        Ok(())
    }

    async fn put_on(&self, look: &Look) -> Result<()> {
        let browser = self.page.browser();
        browser.resize(look.window).await?;
        let scheme = if look.dark { "dark" } else { "light" };
        browser
            .prefer(&[
                ("prefers-color-scheme", scheme),
                // Half way from one colour to another, contrast means nothing.
                ("prefers-reduced-motion", "reduce"),
            ])
            .await?;
        self.press(&format!("lang-{}", look.language)).await?;
        let projector = Target::id("projector");
        if self.page.attribute(projector, "aria-pressed").await? != look.projector.to_string() {
            self.press("projector").await?;
        }
        Ok(())
    }

    /// Presses what may lie behind a dialog.
    async fn press(&self, testid: &str) -> Result<()> {
        let script = "document.querySelector(`[data-testid=\"${arguments[0]}\"]`).click()";
        self.page.js(script, vec![testid.into()]).await?;
        Ok(())
    }

    async fn examine(&mut self, view: &str, tab: &str, look: &Look) -> Result<()> {
        let rules = [(self.room_to_hit, TARGETS), (look.projector, CONTRAST_AAA)];
        let rules: Vec<&str> = rules
            .into_iter()
            .filter_map(|(wanted, rule)| wanted.then_some(rule))
            .collect();
        let Look {
            window,
            dark,
            projector,
            language,
        } = look;
        let Window {
            width,
            zoom_percent,
            ..
        } = window;
        let at = format!(
            "{view} {tab} ({language}, {width} px at {zoom_percent} %, dark {dark}, projector {projector})"
        );
        let found = self.axe.violations(self.page, &rules).await?;
        let found = found.into_iter().filter(|found| !half_scrolled(found));
        self.found
            .extend(found.map(|found| format!("{at}: {found}")));
        let too_wide =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let too_wide = self.page.js(too_wide, vec![]).await?;
        if too_wide != 0 {
            self.found
                .push(format!("{at}: {too_wide} px wider than the window"));
        }
        let cut_off = self.page.js(CUT_OFF, vec![]).await?;
        let cut_off = cut_off.as_array().into_iter().flatten();
        let cut_off = cut_off.filter_map(|one| one.as_str());
        self.found
            .extend(cut_off.map(|what| format!("{at}: {what}")));
        Ok(())
    }

    /// Back to where the person works between two views.
    async fn to_the_desk(&self) -> Result<()> {
        self.put_on(&LOOKS[0]).await
    }
}

async fn steps(page: &Page<'_>, enough: impl Fn(&str) -> bool) -> Result<()> {
    loop {
        let step = page.attribute("lesson", "data-step").await?;
        let done = page.attribute("lesson", "data-state").await? == "done";
        if done || enough(&step) {
            return Ok(());
        }
        page.click("lesson-next").await?;
        until(&format!("step {step} to be done"), async || {
            let state = page.attribute("lesson", "data-state").await?;
            let now = page.attribute("lesson", "data-step").await?;
            Ok((state == "done" || now != step).then_some(()))
        })
        .await?;
    }
}

async fn all_views(round: &mut Round<'_>, bridge: &mut Bridge) -> Result<()> {
    let page = round.page;
    round.view("the empty page", &TABS).await?;

    round.to_the_desk().await?;
    page.click("lesson-tcp-echo").await?;
    steps(page, |step| step == "9").await?;
    round.view("a lesson", &TABS).await?;
    round.to_the_desk().await?;
    steps(page, |_| false).await?;
    round.view("a lesson's end", &["tab-lesson"]).await?;

    round.to_the_desk().await?;
    page.click("lesson-stop").await?;
    conversation(page).await?;
    round
        .view(
            "a conversation",
            &["tab-sockets", "tab-stage", "tab-inspector"],
        )
        .await?;
    round.to_the_desk().await?;
    page.click("bytes-mode-hex").await?;
    page.click("composer-mode-hex").await?;
    page.fill("composer-hex", "48 656").await?;
    page.see("composer-error").await?;
    round
        .view("bytes in hexadecimal", &["tab-inspector"])
        .await?;

    round.to_the_desk().await?;
    page.new_socket("new-tcp").await?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
        .await?;
    page.see("holder").await?;
    page.click("call-recv").await?;
    page.see("call-why-not").await?;
    round
        .view("an error", &["tab-stage", "tab-inspector"])
        .await?;

    round.to_the_desk().await?;
    page.click("help").await?;
    page.see("help-close").await?;
    round.view("the help", &["tab-stage"]).await?;
    round.press("help-close").await?;

    round.to_the_desk().await?;
    bridge.kill().await?;
    page.see(Target::id("banner").with("data-kind", "lost"))
        .await?;
    round.view("a lost bridge", &["tab-stage"]).await
}

/// Two ends of a connection with bytes on the way, and a datagram that nobody received.
async fn conversation(page: &Page<'_>) -> Result<()> {
    let here = ("arg-host", "127.0.0.1");
    let server = page.new_socket("new-tcp").await?;
    page.call("bind", &[here, ("arg-port", "0")]).await?;
    let port = page.local_port().await?;
    page.call("listen", &[]).await?;
    let client = page.new_socket("new-tcp").await?;
    page.call("connect", &[here, ("arg-port", &port)]).await?;
    page.read("inspector-state", "ESTABLISHED").await?;
    page.select(&server).await?;
    page.call("accept", &[]).await?;
    page.call("accept", &[]).await?;
    let datagrams = page.new_socket("new-udp").await?;
    page.call("bind", &[here, ("arg-port", "0")]).await?;
    let port = page.local_port().await?;
    page.call(
        "sendto",
        &[
            here,
            ("arg-port", &port),
            ("composer-text", "nobody reads this"),
        ],
    )
    .await?;
    page.see(Target::row("sendto", "ok").with("data-lane", datagrams))
        .await?;
    page.select(&client).await?;
    page.call("sendall", &[("composer-text", r"你好,\r\n\xff\x00 hello")])
        .await?;
    page.read("bytes-text", "hello").await
}

/// What one session is looked at through: time to scale, its programs, its film.
async fn other_ways_to_look(round: &mut Round<'_>) -> Result<()> {
    let page = round.page;
    conversation(page).await?;
    page.click("steps-time").await?;
    page.see(Target::id("stage").with("data-steps", "time"))
        .await?;
    // To scale, a call lies where its time is, however near the next one; in equal steps it has room
    // (WCAG 2.5.8: what is essential, and what has an equivalent).
    round.room_to_hit = false;
    round.view("time to scale", &["tab-stage"]).await?;
    round.room_to_hit = true;
    round.press("steps-equal").await?;

    for language in ["code-python", "code-rust", "code-tokio", "code-c"] {
        round.to_the_desk().await?;
        page.click(language).await?;
        page.see(Target::id(language).with("aria-pressed", "true"))
            .await?;
        round.view(language, &["tab-inspector"]).await?;
    }

    round.to_the_desk().await?;
    round.press("menu-replay").await?;
    page.see("replay").await?;
    round.view("a replay", &TABS).await
}

async fn look_around(
    page: &Page<'_>,
    around: impl AsyncFnOnce(&mut Round<'_>) -> Result<()>,
) -> Result<()> {
    let mut round = Round {
        page,
        axe: Axe::load()?,
        room_to_hit: true,
        found: Vec::new(),
    };
    let seen = around(&mut round).await;
    let found = round.found;
    ensure!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
    seen
}

#[tokio::test]
async fn nobody_is_shut_out() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        ..Case::new("accessibility")
    };
    case(wanted, async |page, bridge| {
        look_around(page, async |round| all_views(round, bridge).await).await
    })
    .await
}

#[tokio::test]
async fn nobody_is_shut_out_of_scale_code_and_replay() -> Result<()> {
    case(Case::new("accessibility-ways"), async |page, _| {
        look_around(page, other_ways_to_look).await
    })
    .await
}
