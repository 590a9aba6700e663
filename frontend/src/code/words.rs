//! The comments in programs. `$n` and `$m` are numbers, `$c` is a call or a program.

use super::step::Remark;

/// The comments, in one language.
#[expect(missing_docs, reason = "each is a text")]
pub struct Words {
    pub written: &'static str,
    pub run: &'static str,
    pub after: &'static str,
    pub dependencies: &'static str,
    pub torn: &'static str,
    pub more: &'static str,
    pub exactly: &'static str,
    pub end_of_stream: &'static str,
    pub truncated: &'static str,
    pub taken: &'static str,
    pub chosen_port: &'static str,
    pub cancelled: &'static str,
    pub refused: &'static str,
    pub in_vain: &'static str,
    pub on_its_way: &'static str,
    pub unread: &'static str,
    pub wait: &'static str,
    pub later: &'static str,
    pub bound_at_once: &'static str,
    pub made_before: &'static str,
    pub waiting: &'static str,
    pub lost: &'static str,
}

impl Words {
    /// In English.
    pub const EN: Self = Self {
        written: "Written by Sockscope: the calls of a session.",
        run: "Run:",
        after: "Start $c first.",
        dependencies: "In Cargo.toml:",
        torn: "The beginning of the session was no longer in the log.",
        more: "The session goes on: $n more calls are not in this program.",
        exactly: "recv($n) returned these $m bytes",
        end_of_stream: "0 bytes: the peer sends no more",
        truncated: "$n of $m bytes: the rest of the datagram is lost",
        taken: "the kernel took $n of $m bytes",
        chosen_port: "it was port 0, and the kernel chose $n",
        cancelled: "$c waited and was cancelled",
        refused: "$c was refused by the bridge's policy, the kernel was not asked",
        in_vain: "until the other side has waited in vain",
        on_its_way: "until the answer of the other side's kernel is here",
        unread: "wait for bytes: closing with unread ones resets the connection",
        wait: "wait until there is something",
        later: "$c: made by the call that comes next",
        bound_at_once: "bound at once, port 0: the kernel chooses",
        made_before: "made before the log begins",
        waiting: "still waits",
        lost: "the log does not hold these bytes",
    };

    /// In Chinese.
    pub const ZH: Self = Self {
        written: "由 Sockscope 生成：一次会话中的调用。",
        run: "运行：",
        after: "请先启动 $c。",
        dependencies: "写进 Cargo.toml：",
        torn: "会话开头的记录已不再保存。",
        more: "会话还没有结束：另有 $n 个调用不在此程序中。",
        exactly: "recv($n) 当时返回了这 $m 字节",
        end_of_stream: "0 字节：对端不再发送",
        truncated: "收到 $m 字节中的 $n 字节，数据报的其余部分丢失",
        taken: "内核接收了 $m 字节中的 $n 字节",
        chosen_port: "当时写的是端口 0，内核选了 $n",
        cancelled: "$c 在等待时被取消",
        refused: "$c 被桥接程序的策略拒绝，内核并未收到",
        in_vain: "停一下，让对方等到超时",
        on_its_way: "等对方内核的回应到达",
        unread: "等数据到达：关闭时还有未读数据，连接会被重置",
        wait: "等到有内容可读",
        later: "$c：由下一个调用一并创建",
        bound_at_once: "立即绑定到端口 0，由内核选择端口",
        made_before: "在记录开始之前创建",
        waiting: "仍在等待",
        lost: "记录中没有保存这些字节",
    };

    /// What a remark says; empty for none.
    pub(super) fn of(&self, remark: &Remark, count: u64) -> String {
        let number = |number: u64| number.to_string();
        let (text, n, m) = match remark {
            Remark::None => return String::new(),
            Remark::Exactly(size) => (self.exactly, number((*size).into()), number(count)),
            Remark::EndOfStream => (self.end_of_stream, String::new(), String::new()),
            Remark::Truncated(kept, size) => (self.truncated, number(*kept), number(*size)),
            Remark::Taken(taken, length) => (self.taken, number(*taken), number(*length)),
            Remark::ChosenPort(port) => (self.chosen_port, number((*port).into()), String::new()),
            Remark::Cancelled(call) => return self.cancelled.replace("$c", call),
            Remark::Refused(call) => return self.refused.replace("$c", call),
            Remark::Together(calls) => return (*calls).to_owned(),
            Remark::InVain => (self.in_vain, String::new(), String::new()),
            Remark::OnItsWay => (self.on_its_way, String::new(), String::new()),
            Remark::Unread => (self.unread, String::new(), String::new()),
            Remark::Later => (self.later, String::new(), String::new()),
            Remark::BoundAtOnce => (self.bound_at_once, String::new(), String::new()),
            Remark::MadeBefore => (self.made_before, String::new(), String::new()),
        };
        text.replace("$n", &n).replace("$m", &m)
    }
}
