use super::{Text, messages};

messages! {
    /// The composer and the views of bytes.
    Bytes {
        compose: Text = "Bytes to send", "要发送的字节";
        mode: Text = "Form", "形式";
        mode_text: Text = "Text", "文本";
        mode_hex: Text = "Hex", "十六进制";
        mode_file: Text = "File", "文件";
        text_hint: Text = r"Escapes: \n \r \t \xNN \\", r"转义：\n \r \t \xNN \\";
        hex_hint: Text = "Any hex digits: 48 65 6c, 0x48, 48:65:6c", "十六进制数字即可：48 65 6c、0x48、48:65:6c";
        ending: Text = "Line ending", "行尾";
        ending_none: Text = "none", "不加";
        escape_unfinished: fn(usize) -> String =
            |at| format!("Character {at}: a backslash stands alone at the end. Write \\\\ for a backslash."),
            |at| format!("第 {at} 个字符：末尾有单独的反斜杠。要输入反斜杠请写 \\\\。");
        escape_unknown: fn(usize, char) -> String =
            |at, letter| format!("Character {at}: there is no escape \\{letter}. Write \\\\ for a backslash."),
            |at, letter| format!("第 {at} 个字符：没有 \\{letter} 这种转义。要输入反斜杠请写 \\\\。");
        escape_digits: fn(usize) -> String =
            |at| format!("Character {at}: \\x takes two hex digits, such as \\x0a."),
            |at| format!("第 {at} 个字符：\\x 后面要有两位十六进制数字，例如 \\x0a。");
        hex_odd: fn(usize) -> String =
            |at| format!("Character {at}: a digit is missing, a byte takes two."),
            |at| format!("第 {at} 个字符：缺一位数字，一个字节需要两位。");
        hex_character: fn(usize, char) -> String =
            |at, letter| format!("Character {at}: {letter} is no hex digit."),
            |at, letter| format!("第 {at} 个字符：{letter} 不是十六进制数字。");
        file_choose: Text = "Choose a file", "选择文件";
        file_sending: fn(&str, u64, u64) -> String =
            |name, done, total| format!("{name}: {done} of {total} B taken by the kernel"),
            |name, done, total| format!("{name}：内核已接收 {done} / {total} B");
        file_done: fn(&str) -> String =
            |name| format!("{name}: the kernel took all of it."),
            |name| format!("{name}：内核已全部接收。");
        file_cancel: Text = "Stop", "停止";
        file_stopped: fn(&str, u64) -> String =
            |name, taken| format!("{name}: stopped after {taken} B."),
            |name, taken| format!("{name}：发送 {taken} B 后停止。");
        file_failed: fn(&str, u64) -> String =
            |name, taken| format!("{name}: failed after {taken} B; the stage shows the error."),
            |name, taken| format!("{name}：发送 {taken} B 后出错，错误见舞台。");
        save_missing: fn(u64) -> String =
            |missing| format!("Saved without {missing} B that are no longer held"),
            |missing| format!("已保存，但缺少 {missing} B（已不再保存）");

        title: Text = "Bytes", "字节";
        empty: Text =
            "The bytes that this socket sends and receives appear here.",
            "这个套接字收发的字节会显示在这里。";
        view: Text = "View", "视图";
        sent: Text = "sent", "发送";
        received: Text = "received", "接收";
        copy: Text = "Copy", "复制";
        copied: Text = "Copied", "已复制";
        copy_failed: Text = "The browser did not allow copying", "浏览器不允许复制";
        save: Text = "Save received", "保存接收内容";
        offset: fn(u64) -> String =
            |offset| format!("at {offset}"),
            |offset| format!("偏移 {offset}");
        empty_datagram: Text = "empty datagram", "空数据报";
        more_above: fn(usize) -> String =
            |count| format!("{count} earlier entries are folded away; copying and saving include them."),
            |count| format!("更早的 {count} 条已折叠；复制和保存时仍会包含。");
        cut: fn(usize) -> String =
            |count| format!("… {count} B more, included when copied"),
            |count| format!("……另有 {count} B，复制时会包含");
        auto_recv: Text = "Receive automatically", "自动接收";
        auto_recv_hint: Text =
            "Off: bytes stay in the kernel until you call recv. On: recv again and again, as far as the page keeps up.",
            "关闭时，字节留在内核里，直到你调用 recv；打开时，会不断调用 recv，页面处理得过来才继续收。";
    }
}
