use super::{Text, messages};

messages! {
    /// The panel of the lessons. What each step says stands in `lessons`.
    Guide {
        title: Text = "Lessons", "课程";
        intro: Text =
            "Each step makes one real call. You can leave the path at any time and come back.",
            "每一步都是一次真实的调用。随时可以离开，也随时可以回来。";
        step_of: fn(usize, usize) -> String =
            |step, all| format!("Step {step} of {all}"),
            |step, all| format!("第 {step} 步，共 {all} 步");
        doing: fn(&str) -> String = |call| format!("Call {call}"), |call| format!("调用 {call}");
        done: Text = "done", "完成";
        skipped: Text = "not needed", "不需要";
        waiting: Text = "Waiting …", "等待中……";
        waiting_text: Text =
            "The call waits for what the other end does. That is not a fault.",
            "调用正在等待另一端的动作，这不是故障。";
        nobody: Text =
            "Nobody has connected yet. Connect to the port from any program on this machine.",
            "还没有人连进来。请用本机的任意程序连接这个端口。";
        own_server: Text = "I have a server of my own", "我自己有服务器";
        port_taken: fn(u16, &str, &str) -> String =
            |port, holder, way| format!("Port {port} is taken: EADDRINUSE. {holder} {way}"),
            |port, holder, way| format!("端口 {port} 已被占用：EADDRINUSE。{holder}{way}");
        other_port: Text = "Go on with a port that the kernel chooses", "改用内核分配的端口继续";
        failed: fn(&str) -> String =
            |error| format!("The call ended with {error}. The inspector explains it. It can be made again."),
            |error| format!("调用的结果是 {error}，检查器里有解释。可以再试一次。");
        socket_closed: fn(&str) -> String =
            |who| format!("The {who}'s socket is closed, so the lesson cannot go on from here."),
            |who| format!("{who}的套接字已关闭，课程无法从这里继续。");
        back: Text = "Back to this step's socket", "回到这一步的套接字";
        restart: Text = "Begin again", "重新开始";
        stop: Text = "Leave the lesson", "退出课程";
        finished: Text = "Done.", "完成。";
        summary: Text = "What you have seen", "回顾";
        summary_tcp: Text =
            "A server needs bind, listen and accept; a client only connect. accept gave a new socket for this one connection, while the listening one went on listening. Bytes flowed both ways, recv took what was there, and close sent FIN, which the other end saw as an empty recv.",
            "服务器要依次 bind、listen、accept；客户端只需 connect。accept 给出了专用于这条连接的新套接字，监听套接字继续监听。字节在两个方向流动，recv 有多少取多少；close 会发送 FIN，另一端收到的就是空的 recv。";
        summary_udp: Text =
            "No connection, no listen, no accept: every sendto is one datagram with its address on it, and every recvfrom takes exactly one and tells who sent it. Nothing promised that it would arrive.",
            "没有连接，没有 listen，也没有 accept：每个 sendto 就是一个写着地址的数据报，每个 recvfrom 正好取走一个并告知来自谁。没有谁保证它一定送达。";
        next_idea: Text =
            "Go on with sockets of your own, or begin the next lesson.",
            "接下来可以自己新建套接字试试，或开始下一课。";
        all: Text = "All lessons", "全部课程";
    }
}
