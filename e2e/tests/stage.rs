//! The stage: where bytes went, what the kernel holds, how long it took.

use anyhow::{Context as _, Result, ensure};
use sockscope_e2e::{Bridge, Case, Page, Target, Window, case, until};
use thirtyfour::prelude::*;

async fn send(page: &Page<'_>, text: &str) -> Result<()> {
    let before = page.count(Target::row("send", "ok")).await?;
    page.click("call-send").await?;
    page.fill("composer-text", text).await?;
    page.click("do-call").await?;
    more(page, Target::row("send", "ok"), before + 1).await
}

async fn recv(page: &Page<'_>, size: &str) -> Result<()> {
    let before = page.count(Target::row("recv", "ok")).await?;
    page.call("recv", &[("arg-size", size)]).await?;
    more(page, Target::row("recv", "ok"), before + 1).await
}

async fn more(page: &Page<'_>, target: Target, count: u64) -> Result<()> {
    until(&format!("{count} of {target:?}"), async || {
        Ok(page.count(target.clone()).await?.eq(&count).then_some(()))
    })
    .await
}

fn flow(kind: &str) -> Target {
    Target::id("flow").with("data-kind", kind)
}

/// Puts the pointer on a call, or leaves all.
async fn point(page: &Page<'_>, target: &str) -> Result<()> {
    let element = page.driver().find(By::Css(target)).await?;
    Ok(page
        .driver()
        .action_chain()
        .move_to_element_center(&element)
        .perform()
        .await?)
}

#[tokio::test]
async fn three_sends_join_and_one_send_is_split() -> Result<()> {
    case(Case::new("stage-flows"), async |page, _| {
        let (accepted, client) = page.pair().await?;
        page.see(Target::id("segment").with("data-segment", "SYN+ACK"))
            .await?;
        page.select(&client).await?;
        for text in ["one", "two and", "three"] {
            send(page, text).await?;
        }
        // Sent is not received: all of it waits in the kernel of the other end.
        more(page, flow("kernel"), 3).await?;
        page.see(
            Target::id("tank")
                .with("data-queue", "Recv-Q")
                .with("data-socket", &accepted)
                .with("data-bytes", 15),
        )
        .await?;
        page.select(&accepted).await?;
        recv(page, "1024").await?;
        more(page, flow("stream").with("data-to", &accepted), 3).await?;
        page.see_none(flow("kernel")).await?;
        page.see_none("tank").await?;

        send(page, "taken by four").await?;
        page.select(&client).await?;
        for size in ["1", "2", "3", "1024"] {
            recv(page, size).await?;
        }
        let back = flow("stream").with("data-to", &client);
        more(page, back.clone(), 4).await?;
        for bytes in [1, 2, 3, 7] {
            page.see(back.clone().with("data-bytes", bytes)).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_call_lights_what_belongs_to_it() -> Result<()> {
    case(Case::new("stage-light"), async |page, _| {
        let (accepted, client) = page.pair().await?;
        page.select(&client).await?;
        send(page, "hello").await?;
        send(page, "again").await?;
        page.select(&accepted).await?;
        recv(page, "5").await?;
        let lit = |what: &str| {
            let script = format!("return document.querySelectorAll('{what}').length");
            async move { Ok::<_, anyhow::Error>(page.js(&script, vec![]).await?.as_u64()) }
        };
        point(page, "[data-op=recv] button").await?;
        until(
            "the recv, its send and the flow between them to be lit",
            async || {
                let ends = (
                    lit("[data-op=recv].lit").await?,
                    lit("[data-op=send].linked").await?,
                    lit(".flow.lit").await?,
                );
                Ok((ends == (Some(1), Some(1), Some(1))).then_some(()))
            },
        )
        .await?;
        // A click selects, and the inspector shows it.
        page.click(Target::row("recv", "ok")).await?;
        page.see(Target::id("result").with("data-op", "recv"))
            .await?;
        // From there, the arrow keys go from call to call; each says what it is.
        let focused = async |what: &str| {
            until(&format!("the focus to be on {what:?}"), async || {
                let label = "return document.activeElement?.getAttribute('aria-label') ?? ''";
                let label = page.js(label, vec![]).await?;
                let label = label.as_str().unwrap_or_default().to_owned();
                ensure!(label.contains(what), "it is on {label:?}");
                Ok(Some(()))
            })
            .await
        };
        focused("took 5 B from 1 send of client").await?;
        let press = async |key: Key| {
            let keys = page.driver().action_chain();
            keys.send_keys(key + "").perform().await
        };
        press(Key::Right).await?;
        focused("again").await?;
        press(Key::Up).await?;
        focused("5 B arrived in 1 recv of conn").await?;
        press(Key::Up).await?;
        focused("connect").await
    })
    .await
}

#[tokio::test]
async fn datagrams_are_cut_off_and_lost_in_sight() -> Result<()> {
    case(Case::new("stage-datagrams"), async |page, _| {
        let server = page.new_socket("new-udp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        let port = page.local_port().await?;
        let client = page.new_socket("new-udp").await?;
        let sendto = async |text: &str| {
            let before = page.count(Target::row("sendto", "ok")).await?;
            page.select(&client).await?;
            page.click("call-sendto").await?;
            page.fill("arg-host", "127.0.0.1").await?;
            page.fill("arg-port", &port).await?;
            page.fill("composer-text", text).await?;
            page.click("do-call").await?;
            more(page, Target::row("sendto", "ok"), before + 1).await
        };
        sendto("hello").await?;
        page.see(flow("underway").with("data-bytes", 5)).await?;
        page.select(&server).await?;
        page.call("recvfrom", &[("arg-size", "4")]).await?;
        page.see(flow("truncated").with("data-bytes", 5)).await?;
        page.read(flow("truncated"), "1 B").await?;
        sendto("nobody").await?;
        page.see(flow("underway").with("data-bytes", 6)).await?;
        page.select(&server).await?;
        page.call("close", &[]).await?;
        page.see(flow("lost").with("data-bytes", 6)).await
    })
    .await
}

#[tokio::test]
async fn time_is_drawn_to_scale_and_measured() -> Result<()> {
    case(Case::new("stage-time"), async |page, _| {
        page.new_socket("new-udp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        page.click("call-settimeout").await?;
        page.choose("arg-timeout-mode", "seconds").await?;
        page.fill("arg-seconds", "1").await?;
        page.click("do-call").await?;
        page.see(Target::row("settimeout", "ok")).await?;
        page.call("recvfrom", &[]).await?;
        page.see(Target::row("recvfrom", "timeout")).await?;
        let height = async |op: &str| {
            let script = "return document.querySelector(`[data-op=${arguments[0]}]`).clientHeight";
            let height = page.js(script, vec![op.into()]).await?;
            height.as_f64().context("a height")
        };
        page.click("steps-time").await?;
        page.see(Target::id("stage").with("data-steps", "time"))
            .await?;
        // Zoomed in, a wait of a second is higher than a call that returned at once.
        page.click("fold-silence").await?;
        until("a second to be higher than an instant", async || {
            let (long, short) = (height("recvfrom").await?, height("bind").await?);
            if long <= 10.0 * short {
                page.click("zoom-in").await?;
            }
            Ok((long > 10.0 * short).then_some(()))
        })
        .await?;
        // Folded, it says how much was left out.
        page.click("fold-silence").await?;
        until("the second to be folded", async || {
            if page.count("silence").await? == 0 {
                page.click("zoom-in").await?;
            }
            Ok(page.count("silence").await?.ge(&1).then_some(()))
        })
        .await?;
        page.click("steps-equal").await?;
        page.see(Target::id("stage").with("data-steps", "equal"))
            .await?;

        // The time between two calls, chosen with Shift or with a key.
        let bind = "[data-op=bind] button";
        let element = page.driver().find(By::Css(bind)).await?;
        let keys = page.driver().action_chain().key_down(Key::Shift);
        keys.click_element(&element)
            .key_up(Key::Shift)
            .perform()
            .await?;
        page.click(Target::row("recvfrom", "timeout")).await?;
        page.driver()
            .action_chain()
            .send_keys("m")
            .perform()
            .await?;
        page.see("delta").await?;
        let us: u64 = page.attribute("delta", "data-us").await?.parse()?;
        ensure!(us > 0, "no time between bind and recvfrom");
        page.read("stage-tools", "bind → recvfrom").await
    })
    .await
}

#[tokio::test]
async fn a_call_that_is_tapped_is_shown_on_a_telephone() -> Result<()> {
    let wanted = Case {
        size: (390, 844),
        ..Case::new("stage-telephone")
    };
    case(wanted, async |page, _: &mut Bridge| {
        page.click("tab-sockets").await?;
        page.click("new-tcp").await?;
        page.see("socket-1").await?;
        page.click("tab-stage").await?;
        page.click(Target::row("socket", "ok")).await?;
        page.see(Target::id("app").with("data-tab", "inspector"))
            .await?;
        page.see(Target::id("result").with("data-op", "socket"))
            .await?;
        page.click("tab-stage").await?;
        page.click("legend").await?;
        page.read("legend-text", "inferred").await?;
        let keys = page.driver().action_chain().send_keys(Key::Escape + "");
        keys.perform().await?;
        page.see_none("legend-text").await
    })
    .await
}

/// How far the end of the stage is below what is seen of it, pixels, and whether the head of a lane
/// is wholly in sight.
const IN_SIGHT: &str = "
    const stage = document.getElementById('stage');
    const head = document.querySelector(`[data-testid=\"lane-${arguments[0]}\"]`);
    const [area, lane] = [stage, head].map(one => one.getBoundingClientRect());
    const ruler = document.querySelector('.ruler').getBoundingClientRect();
    const zoom = area.width / stage.offsetWidth;
    return [
        stage.scrollHeight - stage.clientHeight - stage.scrollTop,
        lane.left + 2 >= ruler.right && lane.right <= area.left + stage.clientWidth * zoom + 2,
    ];";

/// Waits until the newest row and a socket's lane are in sight.
async fn in_sight(page: &Page<'_>, socket: &str) -> Result<()> {
    until(&format!("the end of lane {socket} in sight"), async || {
        let found = page.js(IN_SIGHT, vec![socket.into()]).await?;
        let below = found[0].as_f64().context("not a number")?;
        let lane = found[1].as_bool().context("not a truth")?;
        ensure!(lane && below < 2.0, "{below} pixels below, lane: {lane}");
        Ok(Some(()))
    })
    .await
}

#[tokio::test]
async fn the_chosen_lane_and_the_newest_row_stay_in_sight() -> Result<()> {
    case(Case::new("stage-sight"), async |page, _| {
        let (accepted, client) = page.pair().await?;
        let narrow = Window {
            width: 390,
            height: 844,
            zoom_percent: 100,
        };
        page.browser().resize(narrow).await?;
        // Each is chosen where the stage is not shown.
        for socket in [&client, &accepted, &client] {
            page.click("tab-sockets").await?;
            page.select(socket).await?;
            page.click("tab-stage").await?;
            in_sight(page, socket).await?;
        }
        for way in ["steps-time", "steps-equal", "projector", "projector"] {
            page.click(way).await?;
            in_sight(page, &client).await?;
        }
        Ok(())
    })
    .await
}

/// How far the stage is scrolled, where a person left it, and whether its lanes are as wide as it.
const AWAY: &str = "
    const stage = document.getElementById('stage');
    if (arguments[0]) {
        stage.scrollBy(0, -150);
        window.left = stage.scrollTop;
    }
    return [stage.scrollTop - window.left, stage.querySelector('svg').clientWidth];";

#[tokio::test]
async fn who_scrolls_away_stays_there() -> Result<()> {
    case(Case::new("stage-away"), async |page, _| {
        let (_, client) = page.pair().await?;
        page.select(&client).await?;
        for _ in 0..16 {
            send(page, "some bytes").await?;
        }
        in_sight(page, &client).await?;
        let away = page.js(AWAY, vec![true.into()]).await?;
        page.see("stage-follow").await?;
        let stays = async || {
            let now = page.js(AWAY, vec![false.into()]).await?;
            ensure!(now[0].as_f64() == Some(0.0), "it went away by {}", now[0]);
            ensure!(now[1] == away[1], "it is {} wide, not {}", now[1], away[1]);
            Ok(())
        };
        stays().await?;
        // What is new does not take a person away from what is looked at.
        page.click("call-send").await?;
        page.fill("composer-text", "more").await?;
        page.click("do-call").await?;
        page.read("result", "4 B").await?;
        stays().await?;
        page.click("stage-follow").await?;
        page.see_none("stage-follow").await?;
        in_sight(page, &client).await
    })
    .await
}
