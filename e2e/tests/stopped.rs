//! A bug that stops the page's WebAssembly: the page says so, and a reload brings the session back.

use anyhow::{Result, ensure};
use sockscope_e2e::{Case, Page, Target, case};

/// What the browser does when something throws an error and nobody catches it.
async fn thrown(page: &Page<'_>, error: &str) -> Result<()> {
    let script = format!("window.dispatchEvent(new ErrorEvent('error', {{ error: {error} }}))");
    page.js(&script, vec![]).await?;
    Ok(())
}

#[tokio::test]
async fn a_page_that_stopped_says_so_and_comes_back() -> Result<()> {
    case(Case::new("stopped"), async |page, _| {
        page.new_socket("new-tcp").await?;
        // As extensions of the browser do.
        thrown(page, "new TypeError('theirs')").await?;
        thrown(page, "null").await?;
        ensure!(page.count("stopped").await? == 0);

        thrown(page, "new WebAssembly.RuntimeError('unreachable')").await?;
        page.read("stopped", "A bug has stopped this page.").await?;
        thrown(page, "new WebAssembly.RuntimeError('unreachable')").await?;
        ensure!(page.count("stopped").await? == 1);
        page.click(Target::id("stopped").with_in("button")).await?;
        page.see_none("stopped").await?;
        page.connected().await?;
        page.see("socket-1").await?;

        page.click("lang-zh").await?;
        page.read("code", "代码").await?;
        let script = "const reason = new WebAssembly.RuntimeError('unreachable');
            const promise = Promise.resolve();
            window.dispatchEvent(new PromiseRejectionEvent('unhandledrejection', { promise, reason }))";
        page.js(script, vec![]).await?;
        page.read("stopped", "程序出错").await
    })
    .await
}
