use sockscope_frontend::recording::Problem;

use super::{Text, messages};

messages! {
    /// Recordings: saved, opened, replayed.
    Replay {
        menu: Text = "Session", "会话";
        replay: Text = "Replay", "回放";
        save: Text = "Save the recording", "保存会话记录";
        save_text: Text = "Save as plain text", "另存为纯文本";
        save_packets: Text = "Save as packets for Wireshark (pcapng)", "另存为 Wireshark 数据包（pcapng）";
        open: Text = "Open a recording …", "打开会话记录……";
        privacy: Text =
            "These files hold every address and every byte of the session, and never the token.",
            "这些文件包含会话中的全部地址和收发的每个字节，但不包含令牌。";

        of_session: Text = "Replay of this session", "正在回放本次会话";
        of_file: fn(&str) -> String =
            |name| format!("Recording: {name}"),
            |name| format!("会话记录：{name}");
        no_calls: Text = "Calls are made in the live session only.", "只有在实时会话中才能发起调用。";
        live: Text = "Back to the live session", "回到实时会话";
        close: Text = "Close the recording", "关闭会话记录";
        time: Text = "Time", "时间";
        speed: Text = "Speed", "速度";
        event_of: fn(usize, usize) -> String =
            |at, count| format!("event {at} of {count}"),
            |at, count| format!("第 {at} 个事件，共 {count} 个");
        before: Text = "Nothing has happened yet at this moment.", "此刻还什么都没发生。";
        before_text: Text = "Play the recording, or go forward call by call.", "请播放，或逐个调用前进。";

        opening: Text = "Opening the recording …", "正在打开会话记录……";
        reloaded: fn(&str) -> String =
            |name| format!("{name} was closed when the page was loaded again. Open it once more to go on."),
            |name| format!("页面已重新加载，{name} 随之关闭。要继续查看，请再次打开。");
        failed: fn(&str) -> String =
            |name| format!("{name} cannot be opened."),
            |name| format!("无法打开 {name}。");
        problem: fn(&Problem) -> String =
            |problem| match problem {
                Problem::NotARecording =>
                    "It is no recording of Sockscope. One is saved from the menu of a session, and its name ends in .jsonl.".to_owned(),
                Problem::Version(version) =>
                    format!("It is of version {version} of the format, and this page reads version 1. Open it with a newer Sockscope."),
                Problem::Line(line, why) =>
                    format!("Line {line} is damaged ({why}). Take an undamaged copy, or delete that line in a text editor."),
                Problem::Long(line) =>
                    format!("Line {line} is longer than any that Sockscope writes. Take an undamaged copy."),
                Problem::Unreadable(why) => format!("The browser could not read it: {why}."),
            },
            |problem| match problem {
                Problem::NotARecording =>
                    "它不是 Sockscope 的会话记录。会话记录由会话菜单保存，文件名以 .jsonl 结尾。".to_owned(),
                Problem::Version(version) =>
                    format!("它的格式版本是 {version}，本页面只能读取版本 1。请用更新的 Sockscope 打开。"),
                Problem::Line(line, why) =>
                    format!("第 {line} 行已损坏（{why}）。请换一份完好的副本，或用文本编辑器删除这一行。"),
                Problem::Long(line) =>
                    format!("第 {line} 行超出了 Sockscope 会写出的长度。请换一份完好的副本。"),
                Problem::Unreadable(why) => format!("浏览器无法读取它：{why}。"),
            };
        unwritten: Text = "The file was not saved.", "文件没有保存。";
        unwritten_text: Text =
            "The part of the page that writes it could not be loaded. Is the bridge running? If it was restarted, load the page again.",
            "页面中负责写文件的部分没能加载。桥接程序还在运行吗？如果它重启过，请重新加载页面。";
        skipped: fn(usize) -> String =
            |count| format!("Lines that this page does not know, left out: {count}."),
            |count| format!("有 {count} 行是本页面不认识的内容，已略过。");
        cut_off: Text = "The file ends in the middle of a line, which was left out.", "文件在一行中间中断，这一行已略过。";
    }
}
