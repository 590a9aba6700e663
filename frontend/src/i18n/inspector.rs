use sockscope_protocol::AddressKind;

use super::{Text, messages};

messages! {
    /// The inspector: the selected socket, its last result, what the kernel shows.
    Inspector {
        title: Text = "Inspector", "检查器";
        empty: Text =
            "Choose a socket in the list or on the stage: its state, its calls and its bytes appear here.",
            "在列表或舞台上选择一个套接字，它的状态、可用的调用和收发的字节会显示在这里。";
        state: Text = "State", "状态";
        local: Text = "Local", "本地";
        peer: Text = "Peer", "对端";
        no_address: Text = "none yet", "尚无";
        descriptor: Text = "Descriptor", "描述符";
        timeout: Text = "Timeout", "超时";
        timeout_none: Text = "waits without end", "一直等待";
        timeout_zero: Text = "non-blocking", "非阻塞";

        result_last: Text = "Last call", "最近的调用";
        result_selected: Text = "Selected call", "选中的调用";
        result_empty: Text = "No call yet. What the kernel answers appears here.", "还没有调用。内核的答复会显示在这里。";
        waited: fn(&str) -> String =
            |time| format!("blocked for {time}"),
            |time| format!("阻塞了 {time}");
        at_once: fn(&str) -> String =
            |time| format!("returned at once ({time})"),
            |time| format!("立即返回（{time}）");
        waiting_since: Text = "waiting", "等待中";
        meaning: Text = "What it means", "含义";
        remedy: Text = "What to try", "可以试试";
        kernel_says: Text = "The kernel refused", "内核拒绝";
        held_own: fn(&str) -> String =
            |name| format!("{name} of this session has the port."),
            |name| format!("占用端口的是本会话的“{name}”。");
        held_show: fn(&str) -> String = |name| format!("Show {name}"), |name| format!("查看{name}");
        held_program: fn(&str, u32) -> String =
            |name, pid| format!("The program {name} (process {pid}) has the port."),
            |name, pid| format!("占用端口的是程序 {name}（进程 {pid}）。");
        held_unknown: Text = "Another program has the port, perhaps another user's.", "占用端口的是别的程序，可能属于别的用户。";
        held_remnant: fn(&str, &str) -> String =
            |state, peer| format!("No program has the port. The kernel keeps it for an old connection{peer} that is in {state}."),
            |state, peer| format!("没有程序占用这个端口，是内核在为一条处于 {state} 的旧连接{peer}保留它。");
        held_with: fn(&str) -> String = |peer| format!(" with {peer}"), |peer| format!("（对端 {peer}）");
        held_stubborn: Text =
            "SO_REUSEADDR does not help this time: Linux wants it on the earlier socket as well. Wait a minute, or take another port.",
            "这一次设置 SO_REUSEADDR 也没有用：Linux 要求之前的套接字也设置过它。等一分钟，或换一个端口。";
        held_reuse: Text =
            "With SO_REUSEADDR bind may take it now, where the earlier socket had the option too.",
            "如果之前的套接字也设置过 SO_REUSEADDR，现在设置它就可以绑定。";
        reuse: Text = "Set SO_REUSEADDR and bind again", "设置 SO_REUSEADDR 后重新 bind";
        resolver_says: Text = "The resolver found nothing", "域名解析失败";
        policy_says: Text = "The bridge's policy forbids it. The kernel was not asked.", "桥接程序的策略不允许，内核并未收到这个调用。";
        address_kind: fn(AddressKind) -> Text =
            |kind| match kind {
                AddressKind::Loopback => "is a loopback address: this machine itself.",
                AddressKind::Private => "is an address of a private network.",
                AddressKind::Public => "is an address of the internet.",
                AddressKind::Wildcard => "stands for every address of the bridge's machine.",
                AddressKind::Multicast => "is a multicast group.",
                AddressKind::Broadcast => "is the broadcast address.",
                AddressKind::LinkLocal => "is a link-local address.",
                AddressKind::Metadata => "is where a cloud's metadata service gives out secrets.",
                AddressKind::Reserved => "is set aside for special purposes (RFC 6890).",
                AddressKind::OwnPort => "is the bridge itself: sockets are kept away from it.",
            },
            |kind| match kind {
                AddressKind::Loopback => "是回环地址，也就是本机自己。",
                AddressKind::Private => "是内网地址。",
                AddressKind::Public => "是公网地址。",
                AddressKind::Wildcard => "代表桥接程序所在机器的所有地址。",
                AddressKind::Multicast => "是多播组地址。",
                AddressKind::Broadcast => "是广播地址。",
                AddressKind::LinkLocal => "是链路本地地址。",
                AddressKind::Metadata => "是云平台的元数据服务，那里会泄露密钥。",
                AddressKind::Reserved => "是保留给特殊用途的地址（RFC 6890）。",
                AddressKind::OwnPort => "是桥接程序自己的端口，套接字不许碰它。",
            };
        policy_allow: Text = "Start the bridge with", "启动桥接程序时加上";
        policy_never: Text = "No option permits this.", "没有任何选项可以放行。";
        rejected_title: Text = "Not made", "未执行";
        rejected_hint: Text = "The call did not reach the kernel and is not in the log.", "这个调用没有到达内核，也不在记录里。";
        timed_out: Text = "The socket's timeout passed before the kernel had an answer. The socket can still be used.", "在内核给出结果之前，套接字的超时时间到了。套接字仍然可用。";
        cancelled: Text = "The wait was ended before the kernel had an answer. What the kernel had begun goes on.", "在内核给出结果之前等待被结束。内核已经开始的事情会继续。";
        internal: Text = "The bridge itself failed. This is a bug.", "桥接程序自身出错，这是一个缺陷。";
        end_of_stream: Text = "0 bytes: the peer has ended its direction, and everything it sent has been read.", "0 字节：对端已不再发送，并且它发来的内容都读完了。";
        fewer: fn(u64, u64) -> String =
            |taken, asked| format!("The kernel took {taken} of {asked} bytes; the rest was not sent."),
            |taken, asked| format!("内核只接收了 {asked} 字节中的 {taken} 字节，其余没有发送。");

        kernel: Text = "Kernel", "内核";
        meanings: Text = "What these mean", "这些数字的含义";
        unavailable: Text = "not available here", "此系统不提供";
        none_yet: Text = "none yet", "暂无";
        recv_q: Text = "Recv-Q", "Recv-Q";
        recv_q_title: Text =
            "Bytes that have arrived in the kernel and wait for recv (SIOCINQ, tcp(7)).",
            "已到达内核、等待 recv 取走的字节数（SIOCINQ，见 tcp(7)）。";
        send_q: Text = "Send-Q", "Send-Q";
        send_q_title: Text =
            "Bytes sent that the peer's kernel has not acknowledged yet (SIOCOUTQ, tcp(7)).",
            "已发送、但对端内核尚未确认的字节数（SIOCOUTQ，见 tcp(7)）。";
        accept_q: Text = "Accept queue", "全连接队列";
        accept_q_title: Text =
            "Connections that are established and wait for accept / backlog given to listen(2). Linux lets one more in.",
            "已建立、等待 accept 取走的连接数 / listen(2) 指定的 backlog。Linux 会多容纳一个。";
        rtt: Text = "Round trip", "往返时间";
        rtt_title: Text =
            "Smoothed time from a segment to its acknowledgement ± its variation (RFC 6298).",
            "从发出报文段到收到确认的平滑时间 ± 其波动（RFC 6298）。";
        retransmits: Text = "Sent again", "重传";
        retransmits_title: Text =
            "Segments sent a second time since the connection began, because no acknowledgement came.",
            "连接建立以来，因未收到确认而重新发送的报文段数。";
        window: Text = "Congestion window", "拥塞窗口";
        window_title: Text =
            "How many segments may be under way at once × the largest segment, MSS (RFC 5681).",
            "允许同时在途的报文段数 × 最大报文段长度 MSS（RFC 5681）。";
        segments: fn(u32, u32) -> String =
            |count, mss| format!("{count} × {mss} B"),
            |count, mss| format!("{count} × {mss} B");
        receive_window: Text = "Receive window", "接收窗口";
        receive_window_title: Text =
            "How much more this end is willing to take (RFC 9293, 3.8.6).",
            "本端还愿意接收多少字节（RFC 9293 第 3.8.6 节）。";
        send_window: Text = "Send window", "发送窗口";
        send_window_title: Text =
            "How much more the peer is willing to take; at 0 this end must wait.",
            "对端还愿意接收多少字节；为 0 时本端只能等待。";
    }
}
