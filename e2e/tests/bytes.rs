//! The bytes of a conversation: encodings, one selection in hex and text, search, copying, much at once.

use anyhow::{Result, ensure};
use sockscope_e2e::{Case, Page, Python, Target, case};

/// Speaks GBK, and sends a control character and a byte that is no GBK.
const GBK_PEER: &str = r#"
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1])
    conn, _ = server.accept()
    with conn:
        print(conn.recv(1024).decode("gbk"))
        conn.sendall("收到：你好，世界\n".encode("gbk") + b"\x00\xff")
        conn.recv(1)
"#;

async fn connect(page: &Page<'_>, port: &str) -> Result<()> {
    page.new_socket("new-tcp").await?;
    page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", port)])
        .await?;
    page.see(Target::row("connect", "ok")).await
}

/// Presses a key in the list of bytes.
async fn press(page: &Page<'_>, key: &str, shift: bool) -> Result<()> {
    let script = "document.querySelector('[data-view]').dispatchEvent(new KeyboardEvent('keydown', \
                  {key: arguments[0], shiftKey: arguments[1], ctrlKey: arguments[2], bubbles: true, cancelable: true}))";
    let control = key.len() == 1;
    page.js(script, vec![key.into(), shift.into(), control.into()])
        .await?;
    Ok(())
}

/// What is copied, heard where the page hands it to the browser.
async fn copied(page: &Page<'_>, form: &str) -> Result<String> {
    page.choose("bytes-form", form).await?;
    page.js(
        "window.copied = null; navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }",
        vec![],
    )
    .await?;
    page.click("bytes-copy").await?;
    sockscope_e2e::until("what was copied", async || {
        let text = page.js("return window.copied", vec![]).await?;
        Ok(text.as_str().map(str::to_owned))
    })
    .await
}

#[tokio::test]
async fn gbk_is_written_read_selected_found_and_copied() -> Result<()> {
    let mut peer = Python::run(GBK_PEER, &[]).await?;
    let port = peer.line().await?;
    case(Case::new("bytes-gbk"), async |page, _| {
        connect(page, &port).await?;
        page.click("call-sendall").await?;
        page.choose("composer-encoding", "GBK").await?;
        page.fill("composer-text", "你好，世界").await?;
        page.read("composer-count", "10").await?;
        page.click("do-call").await?;
        page.see(Target::row("sendall", "ok")).await?;
        ensure!(peer.line().await? == "你好，世界", "it was not GBK");

        page.call("recv", &[("arg-size", "1024")]).await?;
        page.see(Target::row("recv", "ok")).await?;
        page.choose("encoding-received", "GBK").await?;
        page.read("bytes-text", "收到：你好，世界\\n").await?;
        page.read("bytes-text", "\\0\\xff").await?;

        // The third character of what was sent, and the two before it: bytes 0 to 5.
        press(page, "ArrowRight", false).await?;
        press(page, "ArrowRight", true).await?;
        press(page, "ArrowRight", true).await?;
        page.read("bytes-selected", "6 B").await?;
        page.click("bytes-mode-hex").await?;
        page.read(
            Target::id("bytes-hex").with_in("[data-mark=selected]"),
            "c4 e3 ba c3 a3 ac",
        )
        .await?;
        for (form, expected) in [
            ("text", "你好，"),
            ("hex", "c4 e3 ba c3 a3 ac"),
            ("python", r"b'\xc4\xe3\xba\xc3\xa3\xac'"),
            ("base64", "xOO6w6Os"),
        ] {
            let text = copied(page, form).await?;
            ensure!(text == expected, "as {form}: {text:?}");
        }
        ensure!(copied(page, "c").await?.contains("0xc4, 0xe3, 0xba"));

        page.fill("bytes-find", "世界").await?;
        page.read("bytes-found", "2").await?;
        page.click("bytes-find-next").await?;
        page.read("bytes-selected", "4 B").await?;
        page.click("bytes-find-next").await?;
        page.read("bytes-found", "2 / 2").await?;
        page.fill("bytes-find", "\\q").await?;
        page.read("bytes-found", "\\q").await?;

        page.click("call-sendall").await?;
        page.fill("composer-text", "\u{e9}\u{1f600}").await?;
        page.read("composer-error", "GBK").await?;
        Ok(())
    })
    .await
}

const LARGE: u64 = 100_000_000;

/// Sends 100 MB in which each eight bytes are their own offset, big-endian.
const LARGE_PEER: &str = r#"
import socket, struct
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1])
    conn, _ = server.accept()
    with conn:
        for at in range(0, 100_000_000, 800_000):
            conn.sendall(struct.pack(">100000Q", *range(at, at + 800_000, 8)))
        conn.recv(1)
"#;

#[tokio::test]
async fn a_hundred_megabytes_are_scrolled() -> Result<()> {
    let mut peer = Python::run(LARGE_PEER, &[]).await?;
    let port = peer.line().await?;
    case(Case::new("bytes-large"), async |page, _| {
        connect(page, &port).await?;
        page.click("bytes-mode-hex").await?;
        page.click("auto-recv").await?;
        sockscope_e2e::reach("what has come", LARGE, async || {
            page.number("bytes-received-total").await
        })
        .await?;
        // The newest line is in sight: its bytes are its offset.
        page.read("bytes-hex", "05f5e0f800 00 00 00 05 f5 e0 f8")
            .await?;
        let scroll = "const e = document.querySelector('[data-view]'); e.scrollTop = (e.scrollHeight - e.clientHeight) * arguments[0]";
        page.js(scroll, vec![0.5.into()]).await?;
        sockscope_e2e::until("lines of the middle", async || {
            let text = page.text(Target::id("bytes-hex").with_in(".offset")).await?;
            let first = text.lines().next().and_then(|line| u64::from_str_radix(line, 16).ok());
            Ok(first.filter(|first| (45_000_000..55_000_000).contains(first)))
        })
        .await?;
        page.js(scroll, vec![0.into()]).await?;
        page.read("bytes-hex", "0000000800 00 00 00 00 00 00 08")
            .await?;
        page.choose("bytes-form", "hex").await?;
        page.click("bytes-copy").await?;
        page.see("bytes-download").await
    })
    .await
}
