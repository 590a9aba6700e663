//! What errors mean, and what to try: by the error's POSIX name, and by the situation where that matters.

use super::{Lang, Text};

/// What an error means here, and what to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub(crate) meaning: Text,
    pub(crate) remedy: Text,
}

/// An error in a situation.
struct Rule {
    /// Names of the error, with a space between.
    names: Text,
    /// Situations, with a space between: a call, `tcp` or `udp`, `listening`, `shut` (sending), `fresh`
    /// (not connected), or several joined by `+`. Empty: any.
    when: Text,
    en: Explanation,
    zh: Explanation,
}

const fn rule(names: Text, when: Text, en: [Text; 2], zh: [Text; 2]) -> Rule {
    Rule {
        names,
        when,
        en: says(en),
        zh: says(zh),
    }
}

const fn says([meaning, remedy]: [Text; 2]) -> Explanation {
    Explanation { meaning, remedy }
}

/// The explanation of an error in a situation.
pub(crate) fn explain(lang: Lang, name: &str, here: &[&str]) -> Option<Explanation> {
    let fits = |when: &str| {
        let mut ways = when.split(' ');
        when.is_empty() || ways.any(|way| way.split('+').all(|word| here.contains(&word)))
    };
    let found = RULES
        .iter()
        .find(|rule| rule.names.split(' ').any(|one| one == name) && fits(rule.when))?;
    Some(match lang {
        Lang::En => found.en,
        Lang::Zh => found.zh,
    })
}

/// For each error the special situations come before the general one.
static RULES: [Rule; 48] = [
    rule(
        "EADDRINUSE",
        "connect",
        [
            "The address that this socket is bound to has a connection to that peer already, or one in TIME-WAIT.",
            "Bind to another port, or leave bind out: the kernel then takes a free one.",
        ],
        [
            "这个套接字绑定的地址与该对端之间已有连接，或旧连接还在 TIME-WAIT。",
            "绑定到别的端口，或不调用 bind，由内核选一个空闲端口。",
        ],
    ),
    rule(
        "EADDRINUSE",
        "listen",
        [
            "SO_REUSEADDR let both sockets bind, but only one may listen on a port.",
            "Close the one that listens, or bind another port.",
        ],
        [
            "SO_REUSEADDR 让两个套接字都绑定成功，但同一端口只能有一个监听。",
            "关闭正在监听的那个，或绑定别的端口。",
        ],
    ),
    rule(
        "EADDRINUSE",
        "",
        [
            "Another socket has this address and port, or a connection from it is still in TIME-WAIT.",
            "Take another port, or close the socket that has it. A server sets SO_REUSEADDR before bind, so that TIME-WAIT does not keep it from starting again.",
        ],
        [
            "这个地址和端口已被别的套接字占用，或者它之前的连接还处于 TIME-WAIT。",
            "换一个端口，或关闭占用它的套接字。服务器通常在 bind 之前设置 SO_REUSEADDR，重启时才不受 TIME-WAIT 影响。",
        ],
    ),
    rule(
        "EADDRNOTAVAIL",
        "connect send sendto sendall",
        [
            "The kernel has no address or no free port of its own for a way to that peer.",
            "Check the peer's address; many short connections use up the ports for a minute.",
        ],
        [
            "内核没有可用于该对端的本地地址或空闲端口。",
            "核对对端地址；短时间内建立大量连接会把端口占用一分钟。",
        ],
    ),
    rule(
        "EADDRNOTAVAIL",
        "",
        [
            "This machine has no such address.",
            "Bind to 127.0.0.1, to an address of this machine, or leave the host empty.",
        ],
        [
            "本机没有这个地址。",
            "绑定到 127.0.0.1 或本机的某个地址，或把主机留空。",
        ],
    ),
    rule(
        "ECONNREFUSED",
        "udp",
        [
            "An earlier datagram reached a port that nobody has: the other machine said so by ICMP, and a connected UDP socket is told with its next call.",
            "Start the receiver and go on: the socket is as good as before. Without connect nobody would have told you.",
        ],
        [
            "之前的数据报到了一个没有人使用的端口：对方机器用 ICMP 作了答复，已 connect 的 UDP 套接字在下一次调用时得知。",
            "启动接收方后继续即可，套接字并未损坏。若没有 connect，根本不会收到这个消息。",
        ],
    ),
    rule(
        "ECONNREFUSED",
        "",
        [
            "The other machine answered SYN with RST: nobody listens on that port.",
            "Make sure that the server has called listen, and compare address and port.",
        ],
        [
            "对方机器用 RST 答复了 SYN：这个端口没有程序在监听。",
            "确认服务器已调用 listen，并核对地址和端口。",
        ],
    ),
    rule(
        "ECONNRESET",
        "",
        [
            "The peer broke the connection with RST: it closed with unread data, or it is gone.",
            "The connection is over. close this socket and connect anew.",
        ],
        [
            "对端用 RST 中断了连接：它在还有未读数据时就关闭了，或者已经退出。",
            "这条连接已结束。关闭此套接字后重新连接。",
        ],
    ),
    rule(
        "ECONNABORTED",
        "connect",
        [
            "shutdown ended the attempt to connect.",
            "Make a new socket to try again.",
        ],
        ["shutdown 中止了正在进行的连接。", "要重试，请新建套接字。"],
    ),
    rule(
        "ECONNABORTED",
        "",
        [
            "The connection was ended before accept took it.",
            "Call accept again for the next one.",
        ],
        [
            "连接在 accept 取走之前就被中断了。",
            "再次调用 accept，等待下一个连接。",
        ],
    ),
    rule(
        "EPIPE",
        "shut",
        [
            "This side has shut down sending: nothing can follow its FIN.",
            "Receiving still works. To send more, make a new connection.",
        ],
        [
            "本端已关闭发送方向：FIN 之后不能再发送任何内容。",
            "仍然可以接收。要再发送，请建立新的连接。",
        ],
    ),
    rule(
        "EPIPE",
        "fresh listening",
        [
            "The socket has no connection through which to send. (Linux says EPIPE where others say ENOTCONN.)",
            "Call connect first; on a server, send on what accept returned.",
        ],
        [
            "套接字没有连接，无处发送。（Linux 报 EPIPE，别的系统报 ENOTCONN。）",
            "先调用 connect；在服务器上，用 accept 返回的套接字发送。",
        ],
    ),
    rule(
        "EPIPE",
        "",
        [
            "The peer has reset the connection: nobody takes bytes any more.",
            "Receive what is still there, then close the socket.",
        ],
        [
            "对端已重置连接，不会再有人接收。",
            "先收完还剩下的数据，再关闭套接字。",
        ],
    ),
    rule(
        "ENOTCONN",
        "listening",
        [
            "A listening socket carries no data: each connection has a socket of its own.",
            "Call accept, and use the socket that it returns.",
        ],
        [
            "监听套接字不传数据：每条连接都有自己的套接字。",
            "调用 accept，使用它返回的套接字。",
        ],
    ),
    rule(
        "ENOTCONN",
        "shutdown",
        [
            "There is no connection whose direction could be ended.",
            "Nothing is to be done: close ends the socket.",
        ],
        [
            "没有连接，也就没有可以关闭的方向。",
            "无需处理，用 close 关闭即可。",
        ],
    ),
    rule(
        "ENOTCONN",
        "",
        [
            "The socket is not connected to anybody, or the connection is over.",
            "Call connect first; on a server, use the socket that accept returned.",
        ],
        [
            "套接字还没有连接到任何对端，或连接已结束。",
            "先调用 connect；在服务器上，应使用 accept 返回的套接字。",
        ],
    ),
    rule(
        "EISCONN",
        "listening",
        [
            "A listening socket is the end that is called: it connects to nobody.",
            "Make a new socket for connect.",
        ],
        [
            "监听套接字是被连接的一方，不能主动连接。",
            "要 connect，请新建套接字。",
        ],
    ),
    rule(
        "EISCONN",
        "",
        [
            "The socket is connected already.",
            "Use it as it is, or make a new socket for another connection.",
        ],
        [
            "套接字已经处于连接状态。",
            "直接使用它，或为另一条连接新建套接字。",
        ],
    ),
    rule(
        "EINVAL",
        "bind",
        [
            "The socket has a local address already: bind works once, and not after connect.",
            "Make a new socket for another address.",
        ],
        [
            "套接字已有本地地址：bind 只能做一次，connect 之后也不行。",
            "要用别的地址，请新建套接字。",
        ],
    ),
    rule(
        "EINVAL",
        "accept",
        ["The socket does not listen.", "Call bind and listen first."],
        ["这个套接字没有在监听。", "先调用 bind 和 listen。"],
    ),
    rule(
        "EINVAL",
        "listen",
        [
            "A socket that has a connection cannot listen.",
            "Make a new socket: bind, then listen.",
        ],
        [
            "已有连接的套接字不能监听。",
            "新建套接字，先 bind 再 listen。",
        ],
    ),
    rule(
        "EINVAL",
        "setsockopt",
        [
            "The option does not take this value, or not any more: IPV6_V6ONLY wants to be set before bind.",
            "Look at the value, or set it on a new socket before bind.",
        ],
        [
            "选项不接受这个值，或者时机已过：IPV6_V6ONLY 要在 bind 之前设置。",
            "检查数值，或在新套接字上于 bind 之前设置。",
        ],
    ),
    rule(
        "EINVAL",
        "udp",
        [
            "A datagram cannot go there: port 0 is nobody's.",
            "Check address and port.",
        ],
        [
            "数据报不能发往那里：端口 0 不属于任何程序。",
            "核对地址和端口。",
        ],
    ),
    rule(
        "EINVAL",
        "",
        [
            "The kernel does not accept this call with these arguments in this state.",
            "Look at the socket's state, and at the order of the calls before.",
        ],
        [
            "在当前状态下，内核不接受这样的调用或参数。",
            "看看套接字的状态，以及之前调用的顺序。",
        ],
    ),
    rule(
        "EACCES",
        "bind",
        [
            "Ports below 1024 are kept for the administrator.",
            "Take a port from 1024 on.",
        ],
        ["1024 以下的端口保留给管理员。", "使用 1024 及以上的端口。"],
    ),
    rule(
        "EACCES",
        "",
        [
            "A broadcast address wants the sender's consent.",
            "Set SO_BROADCAST, or send to one address.",
        ],
        [
            "向广播地址发送需要事先声明。",
            "设置 SO_BROADCAST，或改发给单个地址。",
        ],
    ),
    rule(
        "EPERM",
        "",
        [
            "The operating system does not permit it, perhaps because of a firewall rule.",
            "Look at the firewall, or take another address.",
        ],
        [
            "操作系统不允许，可能是防火墙规则所致。",
            "检查防火墙，或换一个地址。",
        ],
    ),
    rule(
        "ETIMEDOUT",
        "connect",
        [
            "Nobody answered SYN, although the kernel sent it several times.",
            "Check the address. A firewall that drops packets looks like this too.",
        ],
        [
            "内核多次发送 SYN，始终没有应答。",
            "核对地址。防火墙丢弃数据包时也是这种表现。",
        ],
    ),
    rule(
        "ETIMEDOUT",
        "",
        [
            "The peer acknowledges nothing any more: the kernel sent again and again (or SO_KEEPALIVE probed) and gave up.",
            "The connection is over. Check the network, then connect anew.",
        ],
        [
            "对端不再确认：内核反复重传（或 SO_KEEPALIVE 反复探测）后放弃。",
            "这条连接已结束。检查网络后重新连接。",
        ],
    ),
    rule(
        "ENETUNREACH ENETDOWN",
        "",
        [
            "This machine knows no way into that network.",
            "Check the address, and whether this machine has a network of that family.",
        ],
        [
            "本机没有通往那个网络的路由。",
            "核对地址，并确认本机有该地址族的网络。",
        ],
    ),
    rule(
        "EHOSTUNREACH EHOSTDOWN",
        "",
        [
            "The network knows no way to that machine.",
            "Check the address, and whether the machine is on.",
        ],
        [
            "网络中找不到通往那台机器的路径。",
            "核对地址，并确认那台机器已开机。",
        ],
    ),
    rule(
        "EAGAIN EWOULDBLOCK",
        "accept",
        [
            "No connection waits in the queue, and this socket must not wait (settimeout 0).",
            "Nothing is wrong: call again later, or allow waiting with settimeout.",
        ],
        [
            "队列里没有等待的连接，而套接字被设为不等待（settimeout 为 0）。",
            "这不是故障：稍后再调用，或用 settimeout 允许等待。",
        ],
    ),
    rule(
        "EAGAIN EWOULDBLOCK",
        "send sendall sendto",
        [
            "The kernel's send buffer is full: the peer does not read. This socket must not wait (settimeout 0).",
            "Nothing is wrong: let the peer read, then send again.",
        ],
        [
            "内核的发送缓冲区已满：对端没有读取。套接字又被设为不等待（settimeout 为 0）。",
            "这不是故障：等对端读取后再发送。",
        ],
    ),
    rule(
        "EAGAIN EWOULDBLOCK",
        "",
        [
            "Nothing has arrived yet, and this socket must not wait (settimeout 0).",
            "Nothing is wrong: call again later, or allow waiting with settimeout.",
        ],
        [
            "还没有数据到达，而套接字被设为不等待（settimeout 为 0）。",
            "这不是故障：稍后再调用，或用 settimeout 允许等待。",
        ],
    ),
    rule(
        "EINPROGRESS",
        "",
        [
            "The handshake has begun and goes on in the kernel; the socket must not wait for it.",
            "Look at the state, or call getsockopt SO_ERROR later to learn how it went.",
        ],
        [
            "握手已经开始，由内核继续进行；此套接字被设为不等待。",
            "查看状态，或稍后用 getsockopt 读取 SO_ERROR 得知结果。",
        ],
    ),
    rule(
        "EALREADY",
        "",
        [
            "An earlier connect of this socket is still under way.",
            "Wait for its end.",
        ],
        ["这个套接字之前的 connect 还在进行。", "等它结束。"],
    ),
    rule(
        "EDESTADDRREQ",
        "",
        [
            "The datagram has no address to go to.",
            "Use sendto with an address, or connect first.",
        ],
        [
            "数据报没有目的地址。",
            "使用带地址的 sendto，或先调用 connect。",
        ],
    ),
    rule(
        "EMSGSIZE",
        "",
        [
            "A datagram must fit into one packet: at most 65507 bytes over IPv4.",
            "Send less at a time.",
        ],
        [
            "一个数据报必须能装进一个数据包：IPv4 下最多 65507 字节。",
            "每次少发一些。",
        ],
    ),
    rule(
        "EOPNOTSUPP ENOTSUP",
        "",
        [
            "This type of socket has no such call: UDP has no listen and no accept.",
            "Use a TCP socket, or send datagrams instead.",
        ],
        [
            "这种套接字没有这个调用：UDP 没有 listen 和 accept。",
            "改用 TCP 套接字，或直接收发数据报。",
        ],
    ),
    rule(
        "EAFNOSUPPORT EPROTONOSUPPORT EAI_FAMILY EAI_ADDRFAMILY",
        "",
        [
            "The address belongs to another family than the socket, or this machine lacks the family.",
            "Use an address of the socket's family (127.0.0.1 for IPv4, ::1 for IPv6).",
        ],
        [
            "地址与套接字的地址族不一致，或本机不支持该地址族。",
            "使用同一地址族的地址（IPv4 用 127.0.0.1，IPv6 用 ::1）。",
        ],
    ),
    rule(
        "ENOPROTOOPT",
        "",
        [
            "This socket does not know the option.",
            "Options of TCP need a TCP socket, options of IPv6 an IPv6 socket.",
        ],
        [
            "这个套接字没有该选项。",
            "TCP 选项需要 TCP 套接字，IPv6 选项需要 IPv6 套接字。",
        ],
    ),
    rule(
        "EDOM",
        "",
        [
            "The value lies outside what the option takes.",
            "Take a smaller or larger value.",
        ],
        ["值超出了该选项允许的范围。", "换一个大小合适的值。"],
    ),
    rule(
        "EBADF ENOTSOCK",
        "",
        ["The descriptor is closed.", "Make a new socket."],
        ["描述符已经关闭。", "新建一个套接字。"],
    ),
    rule(
        "EMFILE ENFILE",
        "",
        [
            "The bridge has as many descriptors open as the operating system allows.",
            "Close sockets that are no longer needed.",
        ],
        [
            "桥接程序打开的描述符已达操作系统上限。",
            "关闭不再需要的套接字。",
        ],
    ),
    rule(
        "ENOBUFS ENOMEM EAI_MEMORY",
        "",
        [
            "The kernel has no memory for this at the moment.",
            "Send less at a time, or try again.",
        ],
        ["内核此刻没有足够的缓冲区。", "每次少发一些，或稍后再试。"],
    ),
    rule(
        "ENODEV ENXIO",
        "",
        [
            "There is no such interface, or it takes no part in multicast.",
            "Leave the interface empty, or use the address of one that this machine has.",
        ],
        [
            "没有这块网卡，或它不支持组播。",
            "把网卡留空，或填写本机某块网卡的地址。",
        ],
    ),
    rule(
        "EAI_NONAME EAI_NODATA",
        "",
        [
            "The resolver knows no address for this name.",
            "Check the spelling; with an IPv4 socket the name needs an IPv4 address.",
        ],
        [
            "解析不到这个域名对应的地址。",
            "检查拼写；IPv4 套接字要求域名有 IPv4 地址。",
        ],
    ),
    rule(
        "EAI_AGAIN EAI_FAIL",
        "",
        [
            "The name server gave no answer.",
            "Try again later, or use an address.",
        ],
        ["域名服务器没有答复。", "稍后再试，或直接使用地址。"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(name: &str, here: &[&str]) -> Text {
        explain(Lang::En, name, here).map_or("", |found| found.meaning)
    }

    #[test]
    fn the_situation_decides() {
        assert!(meaning("ECONNREFUSED", &["connect", "tcp"]).contains("RST"));
        assert!(meaning("ECONNREFUSED", &["recv", "udp"]).contains("ICMP"));
        assert!(meaning("EPIPE", &["send", "tcp", "shut"]).contains("FIN"));
        assert!(meaning("EINVAL", &["bind"]).contains("already"));
        assert_eq!(
            meaning("EWOULDBLOCK", &["recv"]),
            meaning("EAGAIN", &["recv"])
        );
        assert_eq!(explain(Lang::En, "ENOSUCH", &["bind"]), None);
    }

    #[test]
    fn every_error_has_a_general_explanation_and_it_stands_last() {
        for (at, one) in RULES.iter().enumerate() {
            let name = one.names.split(' ').next().unwrap_or_default();
            assert!(explain(Lang::Zh, name, &[]).is_some(), "{name}");
            let later = RULES.iter().skip(at + 1);
            let hidden = later.filter(|later| one.when.is_empty() && later.names == one.names);
            assert_eq!(hidden.count(), 0, "{name}");
        }
    }
}
