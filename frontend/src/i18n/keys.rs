use super::{Text, messages};

messages! {
    /// What the keyboard does.
    Keys {
        title: Text = "Keyboard", "键盘操作";
        help: Text = "this list", "显示本列表";
        back: Text = "close, back, out of a field", "关闭、返回、离开输入框";
        new_tcp: Text = "new TCP socket", "新建 TCP 套接字";
        new_udp: Text = "new UDP socket", "新建 UDP 套接字";
        next: Text = "next socket", "下一个套接字";
        previous: Text = "previous socket", "上一个套接字";
        submit: Text = "make the call", "发起调用";
        cancel: Text = "end the newest wait", "结束最近的等待";
        step: Text = "next step of the lesson", "课程的下一步";
        open: Text = "open a recording", "打开记录";
        zoom_in: Text = "stage: more pixels for a second", "舞台：放大时间";
        zoom_out: Text = "stage: fewer pixels for a second", "舞台：缩小时间";
        fold: Text = "stage: fold silences", "舞台：折叠空白";
        legend: Text = "stage: what the marks mean", "舞台：图例";
        replay: Text = "replay", "回放";
        play: Text = "play or pause the replay", "播放或暂停回放";
        step_back: Text = "one call back", "后退一个调用";
        step_on: Text = "one call forward", "前进一个调用";
        start: Text = "to the beginning", "跳到开头";
        end: Text = "to the end", "跳到结尾";
        sockets: Text = "to the sockets", "转到套接字";
        stage: Text = "to the stage", "转到舞台";
        inspector: Text = "to the inspector", "转到检查器";
        lessons: Text = "to the lessons", "转到课程";
        calls: Text = "to the calls", "转到调用列表";
        language: Text = "中文 / English", "中文 / English";
        theme: Text = "theme", "切换主题";
        projector: Text = "projector mode", "投影模式";
        close: Text = "Close", "关闭";
        single: Text = "Single keys work outside of text fields", "在文本框之外启用单键快捷键";
        hint: Text =
            "Tab moves to the next element, Enter presses it. A letter of a call opens its form; Enter makes the call.",
            "Tab 移到下一个元素，Enter 按下它。按调用对应的字母打开表单，再按 Enter 发起调用。";
        button: Text = "Keyboard shortcuts (?)", "键盘快捷键（?）";
        projector_title: Text = "Large type and high contrast for a projector (p)", "投影用的大字号与高对比度（p）";
        projector_button: Text = "Projector", "投影";
    }
}
