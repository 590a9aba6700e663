use sockscope_frontend::bytes::Encoding;

use sockscope_frontend::model::keep;

use super::{Text, messages};

// It stands in a text.
const _: () = assert!(keep::PAYLOAD_BYTES == 128 << 20);

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
        not_encoded: fn(usize, char, Encoding) -> String =
            |at, letter, encoding| format!("Character {at}: {} has no {letter}. Choose another encoding, or write its bytes as \\xNN.", encoding.name()),
            |at, letter, encoding| format!("第 {at} 个字符：{} 里没有“{letter}”。请换一种编码，或用 \\xNN 写出它的字节。", encoding.name());
        encoding: Text = "Encoding", "编码";
        hex_odd: fn(usize) -> String =
            |at| format!("Character {at}: a digit is missing, a byte takes two."),
            |at| format!("第 {at} 个字符：缺一位数字，一个字节需要两位。");
        hex_character: fn(usize, char) -> String =
            |at, letter| format!("Character {at}: {letter} is no hex digit."),
            |at, letter| format!("第 {at} 个字符：{letter} 不是十六进制数字。");
        file_too_large: fn(&str, &str) -> String =
            |size, most| format!("The file has {size}; one call takes at most {most}. sendall sends a file of any size."),
            |size, most| format!("文件有 {size}，一次调用最多 {most}。sendall 可以发送任意大小的文件。");
        datagram_too_large: fn(&str, &str) -> String =
            |size, most| format!("The file has {size}; a datagram carries at most {most}."),
            |size, most| format!("文件有 {size}，一个数据报最多携带 {most}。");
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
        file_interrupted: fn(&str, u64, u64) -> String =
            |name, taken, size| format!("{name}: the page was loaded again when {taken} of {size} B were sent, or a little more. The rest was not sent."),
            |name, taken, size| format!("{name}：页面重新加载时已发送约 {taken} / {size} B，其余未发送。");
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
        both: Text = "both", "全部";
        only: Text = "Direction", "方向";
        breaks: Text = r"Line breaks at \n", r"在 \n 处换行";
        gone_bridge: Text = "The bridge no longer held these bytes.", "桥接程序已不再保存这些字节。";
        gone_page: Text = "The oldest bytes gave way: the page holds 128 MiB.", "最早的字节已让出空间：页面最多保存 128 MiB。";
        invalid: Text = "not valid in this encoding", "在这种编码里无效";
        rest: Text = "rest of a character", "字符的其余字节";
        unfinished: Text = "beginning of a character whose other bytes have not come", "字符的开头，其余字节还没有到";
        find: Text = "Find", "查找";
        find_next: Text = "Next hit", "下一处";
        find_before: Text = "Previous hit", "上一处";
        find_stop: Text = "End the search", "结束查找";
        hits: fn(usize, bool) -> String =
            |count, more| if more { format!("{count} and more") } else { count.to_string() },
            |count, more| if more { format!("{count} 处以上") } else { format!("{count} 处") };
        selected: fn(&str, u64) -> String =
            |size, offset| format!("{size} selected at {offset} (0x{offset:x})"),
            |size, offset| format!("已选 {size}，偏移 {offset}（0x{offset:x}）");
        select_hint: Text =
            "Select with the pointer, or with the arrow keys and Shift.",
            "用鼠标选择，或用方向键加 Shift 选择。";
        form: Text = "Copy as", "复制为";
        dump: Text = "Hex dump", "十六进制转储";
        c_array: Text = "C array", "C 数组";
        copy_selected: Text = "Copy selection", "复制选中";
        save_selected: Text = "Save selection", "保存选中";
        save_sent: Text = "Save sent", "保存发送内容";
        too_long: fn(&str) -> String =
            |size| format!("About {size} are too much for the clipboard (16 MiB)."),
            |size| format!("约 {size}，超过剪贴板上限（16 MiB）。");
        download: Text = "Download as a file", "下载为文件";
        auto_recv: Text = "Receive automatically", "自动接收";
        auto_recv_hint: Text =
            "Off: bytes stay in the kernel until you call recv. On: recv again and again, as far as the page keeps up.",
            "关闭时，字节留在内核里，直到你调用 recv；打开时，会不断调用 recv，页面处理得过来才继续收。";
    }
}
