use super::{Text, messages};

messages! {
    /// The session as programs.
    Code {
        title: Text = "Code", "代码";
        empty: Text =
            "The calls you make appear here as programs that you can run, one for each side.",
            "每次调用都会写成可以运行的程序，显示在这里：每一方一个程序。";
        loading: Text = "Writing the programs …", "正在写出程序……";
        failed: Text =
            "The part of the page that writes programs could not be loaded. Is the bridge running? If it was restarted, load the page again.",
            "页面中负责写出程序的部分没能加载。桥接程序还在运行吗？如果它重启过，请重新加载页面。";
        retry: Text = "Try again", "重试";
        language: Text = "Language", "语言";
        library: Text = "Library", "库";
        file: Text = "Program", "程序";
        copy: Text = "Copy", "复制";
        copied: Text = "Copied.", "已复制。";
        copy_failed: Text = "The browser did not allow it. Select the text and copy it by hand.", "浏览器不允许。请选中文本后手动复制。";
        save: Text = "Download", "下载";
        more: fn(usize) -> String =
            |count| format!("The session is long: its last {count} calls are not in the programs."),
            |count| format!("会话很长：最后 {count} 个调用没有写进程序。");
    }
}
