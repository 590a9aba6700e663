use sockscope_frontend::model::keep;

use super::{Text, messages};

// It stands in a text.
const _: () = assert!(keep::ROWS == 200_000);

messages! {
    /// The stage, where time flows down.
    Stage {
        title: Text = "Stage", "舞台";
        time_down: Text = "time flows down", "时间向下流动";
        empty_title: Text = "See what real sockets do", "看看真实的套接字在做什么";
        empty_text: Text =
            "Every socket becomes a lane here. Each call you make appears in its lane: its arguments, whether it had to wait, what the kernel answered, and the bytes that moved.",
            "每个套接字在这里是一条泳道。你发起的每个调用都会出现在它的泳道里：参数是什么、有没有阻塞、内核返回了什么、移动了哪些字节。";
        empty_keys: Text = "? lists the keys that work here.", "按 ? 可查看快捷键。";
        start_tcp_lesson: Text = "Start the TCP echo lesson", "开始 TCP 回显课程";
        new_tcp: Text = "New TCP socket", "新建 TCP 套接字";
        new_udp: Text = "New UDP socket", "新建 UDP 套接字";
        outside: Text = "outside", "外部";
        outside_title: Text = "A peer that is not a socket of this session", "不属于本会话的对端";
        resolver: Text = "no socket", "无套接字";
        follow: Text = "To the newest", "回到最新";
        waiting: Text = "waiting", "等待中";
        unknown_end: Text = "end not known", "结果未知";
        blocked: Text = "blocked", "阻塞";
        at_once: Text = "at once", "立即返回";
        cancel: Text = "cancel", "取消";
        cancel_title: fn(&str) -> String =
            |call| format!("End the wait of {call}"),
            |call| format!("结束 {call} 的等待");
        timed_out: Text = "timed out", "超时";
        cancelled_client: Text = "cancelled", "已取消";
        cancelled_close: Text = "cancelled: socket closed", "已取消：套接字被关闭";
        cancelled_session: Text = "cancelled: session ended", "已取消：会话结束";
        policy: Text = "refused by policy", "策略不允许";
        internal: Text = "bug of the bridge", "桥接程序内部错误";
        end_of_stream: Text = "end of stream", "流结束";
        fin: Text = "peer ended its direction", "对端不再发送";
        reset: Text = "peer reset the connection", "对端重置了连接";
        closed: Text = "closed", "已关闭";
        closed_session: Text = "closed with the session", "随会话关闭";
        peeked: Text = "peeked", "窥视";
        truncated: fn(u64) -> String =
            |lost| format!("truncated, {lost} B lost"),
            |lost| format!("被截断，丢失 {lost} B");
        omitted: Text = "bytes no longer held", "字节已不再保存";
        name_server: Text = "server", "服务器";
        name_connection: Text = "conn", "连接";
        name_client: Text = "client", "客户端";
        name_socket: Text = "socket", "套接字";
        missing: fn(u64) -> String =
            |count| format!("{count} events are missing here: the bridge holds them no longer"),
            |count| format!("此处缺少 {count} 条事件：桥接程序已不再保存");
        gave_way: fn(u64) -> String =
            |count| format!("The {count} oldest events gave way: the page holds 200\u{202f}000."),
            |count| format!("最早的 {count} 条事件已让出空间：页面最多保存 200\u{202f}000 条。");
    }
}
