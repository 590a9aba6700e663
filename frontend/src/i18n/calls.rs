use super::{Text, messages};

messages! {
    /// Calls, their arguments, and why one makes no sense now.
    Calls {
        title: Text = "Calls", "调用";
        now: Text = "make sense now", "现在可用";
        later: Text = "not now", "暂不适用";
        later_hint: Text =
            "These would fail now. Choose one to see why, and make it anyway if you want to meet the error.",
            "这些调用现在会失败。点选可查看原因；想亲眼看看错误，也可以强行调用。";
        make: fn(&str) -> String =
            |call| format!("Call {call}"),
            |call| format!("调用 {call}");
        force: fn(&str) -> String =
            |call| format!("Call {call} anyway"),
            |call| format!("仍要调用 {call}");
        host: Text = "Host", "主机";
        host_hint: Text = "empty: all local addresses", "留空表示本机所有地址";
        port: Text = "Port", "端口";
        port_hint: Text = "0: the kernel chooses", "0 表示由内核选择";
        backlog: Text = "Backlog", "backlog";
        size: Text = "Buffer size", "缓冲区大小";
        peek: Text = "look, leave it in the kernel", "只看，不取走";
        waitall: Text = "wait until the buffer is full", "等到缓冲区填满";
        how: Text = "Direction", "方向";
        how_read: Text = "SHUT_RD: receiving", "SHUT_RD：接收方向";
        how_write: Text = "SHUT_WR: sending", "SHUT_WR：发送方向";
        how_both: Text = "SHUT_RDWR: both", "SHUT_RDWR：双向";
        option: Text = "Option", "选项";
        value: Text = "Value", "值";
        on: Text = "on", "开";
        off: Text = "off", "关";
        seconds: Text = "Seconds", "秒";
        linger_hint: Text = "on with 0 seconds: close sends RST", "开启且 0 秒：close 会发送 RST";
        group: Text = "Group", "组播地址";
        interface: Text = "Interface", "网卡";
        interface_hint: Text = "empty: the kernel chooses", "留空由内核选择";
        timeout_mode: Text = "Waiting", "等待方式";
        timeout_block: Text = "without end (blocking)", "一直等待（阻塞）";
        timeout_nonblock: Text = "not at all (non-blocking)", "不等待（非阻塞）";
        timeout_seconds: Text = "at most", "最多等待";
        family: Text = "Family", "地址族";
        family_any: Text = "any", "不限";

        bad_port: Text = "A port is a number from 0 to 65535.", "端口是 0 到 65535 之间的数。";
        bad_size: fn(u32) -> String =
            |most| format!("A number from 0 to {most}."),
            |most| format!("请填 0 到 {most} 之间的数。");
        bad_number: Text = "A whole number, please.", "请填整数。";
        bad_seconds: Text = "A number of seconds, such as 2.5.", "请填秒数，例如 2.5。";
        bad_address: Text = "An IP address, please.", "请填 IP 地址。";

        what_bind: Text = "Give the socket a local address.", "为套接字指定本地地址。";
        what_listen: Text = "Let the kernel take connections in.", "让内核开始接受连接。";
        what_accept: Text = "Take a finished connection out of the queue; wait for one if there is none.", "从队列取出一个已完成的连接；没有就等待。";
        what_connect: Text = "TCP: shake hands with the peer. UDP: only fix the peer's address.", "TCP：与对端握手；UDP：只是固定对端地址。";
        what_send: Text = "Hand bytes to the kernel; it may take fewer.", "把字节交给内核；内核可能只收下一部分。";
        what_sendall: Text = "send again and again until the kernel has everything.", "反复 send，直到内核全部收下。";
        what_sendto: Text = "Send one datagram to an address.", "向某个地址发送一个数据报。";
        what_recv: Text = "Take what is there, at most the buffer's size; wait if nothing is there.", "取走已到的内容，最多为缓冲区大小；没有就等待。";
        what_recvfrom: Text = "Take one datagram and learn who sent it.", "取走一个数据报，并得知来自谁。";
        what_shutdown: Text = "End one direction of the connection.", "关闭连接的一个方向。";
        what_close: Text = "Give the descriptor back to the kernel.", "把描述符还给内核。";
        what_getsockopt: Text = "Read an option.", "读取选项。";
        what_setsockopt: Text = "Set an option.", "设置选项。";
        what_settimeout: Text = "How long waiting calls may wait.", "等待的调用最多等多久。";
        what_getsockname: Text = "Ask for the local address.", "查询本地地址。";
        what_getpeername: Text = "Ask for the peer's address.", "查询对端地址。";
        what_getaddrinfo: Text = "Turn a name into addresses.", "把域名解析为地址。";
    }
}
