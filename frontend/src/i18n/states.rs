use super::{Text, messages};

messages! {
    /// The states of TCP (RFC 9293), and what the kernel's figures mean.
    States {
        title: Text = "TCP states", "TCP 状态";
        path: Text = "States of this socket", "这个套接字经过的状态";
        inferred: Text = "inferred", "推断";
        inferred_hint: Text =
            "Solid: reported by the kernel. Dashed and segments (← →): not captured, but they follow from it.",
            "实线：内核报告的状态。虚线和报文段（← →）：没有抓包，由前后状态推断而来。";
        closed: Text = "No connection.", "没有连接。";
        listen: Text = "waits for connections from anywhere.", "等待任何一方发起的连接。";
        syn_sent: Text = "has sent SYN and waits for the answer.", "已发出 SYN，等待对方应答。";
        syn_received: Text = "has answered SYN and waits for the acknowledgement.", "已应答 SYN，等待对方确认。";
        established: Text = "is open in both directions.", "连接已建立，双向都可收发。";
        fin_wait_1: Text = "has sent FIN; the peer has not acknowledged it yet.", "已发出 FIN，对端尚未确认。";
        fin_wait_2: Text = "has ended its direction; the peer may still send.", "本端已不再发送，对端仍可以发送。";
        close_wait: Text = "The peer has ended its direction; this side has not closed yet.", "对端已不再发送，本端还没有关闭。";
        closing: Text = "Both sent FIN at the same time; an acknowledgement is still missing.", "双方同时发出 FIN，还差一个确认。";
        last_ack: Text = "has sent its FIN last and waits for the acknowledgement.", "后发出 FIN，等待最后的确认。";
        time_wait: Text =
            "Both sides have ended. The side that closed first keeps the addresses for a while (60 s on Linux), so that late segments reach no new connection.",
            "双方都已结束。先关闭的一方把这对地址再保留一段时间（Linux 上为 60 秒），以免迟到的报文段混入新的连接。";
        unknown: Text = "The descriptor is closed; what became of the connection is not known.", "描述符已关闭，之后连接的情况无从得知。";
        ends_in: fn(&str) -> String =
            |time| format!("The kernel keeps it for up to {time} more."),
            |time| format!("内核最多再保留 {time}。");
        outlives: Text = "The descriptor is closed; the kernel goes on with the connection.", "描述符已关闭，连接仍由内核继续处理。";
    }
}
