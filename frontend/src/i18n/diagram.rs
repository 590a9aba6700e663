use super::{Text, messages};

messages! {
    /// How the stage draws flows and time, and what it says to those who hear it.
    Diagram {
        tools: Text = "How time is drawn", "时间的画法";
        equal: Text = "Equal steps", "等距";
        equal_title: Text = "Every event takes a row of the same height (e)", "每个事件占一行，行高相同（e）";
        to_scale: Text = "To scale", "按时间比例";
        to_scale_title: Text = "Height is time (e)", "高度就是时间（e）";
        zoom_in: Text = "More pixels for a second (+)", "放大时间（+）";
        zoom_out: Text = "Fewer pixels for a second (-)", "缩小时间（-）";
        fold_silence: Text = "Fold silences", "折叠空白";
        fold_silence_title: Text = "Leave long silences out, and say how long they were (f)", "省略长时间的空白，并注明省略了多久（f）";
        fold_closed: Text = "Fold closed", "折叠已关闭";
        fold_closed_title: Text = "Make the lanes of closed sockets narrow", "把已关闭套接字的泳道收窄";
        left_out: fn(&str) -> String =
            |span| format!("{span} of silence"),
            |span| format!("省略 {span} 空白");
        delta_clear: Text = "Measure no more", "取消测量";
        delta_one: Text = "Δt: Shift+click another call", "Δt：再按住 Shift 点一个调用";
        inferred: Text = "inferred, not seen: it follows from what was observed (RFC 9293)", "推断所得，并未直接看到：由观察到的现象可知（RFC 9293）";
        handshake: Text = "SYN · SYN+ACK · ACK, before", "SYN · SYN+ACK · ACK（此前）";
        cut_off: Text = "cut off: the buffer of recvfrom was too small, these bytes are lost", "被截掉：recvfrom 的缓冲区太小，这些字节已丢失";
        lost_refused: Text = "never received: the kernel reports that nobody was there (ECONNREFUSED)", "没有送达：内核报告对方端口无人接收（ECONNREFUSED）";
        lost_unread: Text = "never received: its receiver was closed", "没有被接收：接收方已关闭";
        legend: Text = "Legend", "图例";
        legend_band: Text = "Bytes from a send to the recv that took them; the more, the thicker. The bar at a box shows which part of it came from, or went, where.",
            "从 send 到取走它们的 recv 的字节；字节越多，带子越粗。方框边上的色条表示哪一部分从哪来、到哪去。";
        legend_kernel: Text = "Sent, and still in the kernel: nobody has received it yet.", "已发送，仍在内核里：还没有人接收。";
        legend_tank: Text = "What the kernel holds now: Send-Q is not acknowledged yet, Recv-Q waits for recv.", "内核此刻保存的字节：Send-Q 尚未被确认，Recv-Q 等待 recv。";
        legend_parcel: Text = "A datagram: one send, one recv. What did not fit is cut off.", "数据报：一次发送对应一次接收，放不下的部分被截掉。";
        legend_lost: Text = "A datagram that was never received, where that is known.", "确知没有被接收的数据报。";
        legend_inferred: Text = "A segment of TCP that was not seen itself, but follows from what was (inferred).", "TCP 报文段：没有直接看到，由观察到的现象推断得出。";
        legend_waiting: Text = "A call that waits: it grows until the kernel answers.", "正在等待的调用：一直变长，直到内核返回。";
        legend_blocked: Text = "A call that had to wait, and has returned.", "等待过、已经返回的调用。";
        legend_keys: Text = "On the stage: arrow keys go from call to call, Enter inspects, m marks two calls to measure the time between (or Shift+click), e changes between steps and scale, Ctrl and the wheel zoom, Delete ends a wait.",
            "在舞台上：方向键在调用之间移动，Enter 查看，m 标记两个调用以测量间隔（或按住 Shift 点击），e 在等距与按比例之间切换，按住 Ctrl 滚动可缩放，Delete 结束等待。";
        says_waits: Text = "waits", "正在等待";
        says_returned: fn(&str, &str) -> String =
            |what, took| format!("returned {what} after {took}"),
            |what, took| format!("返回 {what}，用时 {took}");
        says_took: fn(&str, usize, &str) -> String =
            |bytes, calls, who| format!("took {bytes} from {calls} {} of {who}", if calls == 1 { "send" } else { "sends" }),
            |bytes, calls, who| format!("取走了{who} {calls} 次发送的 {bytes}");
        says_gave: fn(&str, usize, &str) -> String =
            |bytes, calls, who| format!("{bytes} arrived in {calls} {} of {who}", if calls == 1 { "recv" } else { "recvs" }),
            |bytes, calls, who| format!("{bytes} 由{who} 的 {calls} 次接收取走");
        says_inferred: fn(&str) -> String =
            |names| format!("{names}: inferred, not seen"),
            |names| format!("{names}：推断所得，并未直接看到");
        says_nothing: Text = "0, end of stream: the peer has closed its direction", "0，流结束：对端已关闭它的方向";
    }
}
