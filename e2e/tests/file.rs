//! 64 MiB from the page through the bridge to a Python program, and back.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};
use sockscope_e2e::{Case, Python, Target, case, reach};

const SIZE: usize = 64 << 20;

/// Takes in the whole file, says what it got, and gives it back.
const PROGRAM: &str = r#"
import hashlib, socket
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1])
    conn, _ = server.accept()
    with conn:
        received = bytearray()
        while len(received) < 64 << 20:
            part = conn.recv(1 << 20)
            assert part, f"the stream ended after {len(received)} bytes"
            received += part
        print(hashlib.sha256(received).hexdigest())
        conn.sendall(received)
"#;

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file in which no two kibibytes are alike, so that a lost, doubled or misplaced piece shows.
fn write_file(path: &Path) -> Result<String> {
    let mut bytes = Vec::with_capacity(SIZE);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while bytes.len() < SIZE {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    std::fs::write(path, &bytes)?;
    Ok(hex(&Sha256::digest(&bytes)))
}

/// What the page has received, hashed by the browser.
const HASH_OF_THE_SAVED_FILE: &str = r#"
const done = arguments[arguments.length - 1];
(async () => {
  const saved = new Promise(resolve => {
    const create = URL.createObjectURL;
    URL.createObjectURL = blob => { resolve(blob); URL.createObjectURL = create; return create.call(URL, blob); };
  });
  document.querySelector('[data-testid="bytes-save"]').click();
  const blob = await saved;
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  done([blob.size, [...new Uint8Array(digest)].map(b => b.toString(16).padStart(2, '0')).join('')]);
})().catch(error => done([0, String(error)]));
"#;

#[tokio::test]
async fn a_file_goes_there_and_comes_back() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sixty-four-mebibytes.bin");
    let digest = write_file(&path)?;
    let mut program = Python::run(PROGRAM, &[]).await?;
    let port = program.line().await?;
    case(Case::new("file"), async |page, _| {
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        page.see(Target::row("connect", "ok")).await?;
        page.click("auto-recv").await?;
        page.click("call-sendall").await?;
        page.click("composer-mode-file").await?;
        let input = page
            .driver()
            .find(thirtyfour::By::Css("[data-testid=composer-file]"))
            .await?;
        input
            .send_keys(path.to_str().context("a path of text")?)
            .await?;
        page.click("do-call").await?;
        page.see("file-progress").await?;
        reach("the progress of the file", SIZE as u64, async || {
            let script = "return document.querySelector('[data-testid=file-progress]').value";
            let value = page.js(script, vec![]).await?;
            value.as_u64().context("a number of bytes")
        })
        .await?;
        ensure!(
            program.line().await? == digest,
            "what arrived is not what was sent"
        );

        reach("what has come back", SIZE as u64, async || {
            page.number("bytes-received-total").await
        })
        .await?;
        let saved = page
            .driver()
            .execute_async(HASH_OF_THE_SAVED_FILE, vec![])
            .await?;
        let saved = saved.json();
        ensure!(saved[0] == SIZE, "{saved} bytes were saved");
        ensure!(
            saved[1] == digest.as_str(),
            "what came back is not what was sent"
        );
        Ok(())
    })
    .await?;
    program.success().await
}
