use super::{Text, messages};

/// What an error means here, and what to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Explanation {
    pub(crate) meaning: Text,
    pub(crate) remedy: Text,
}

const fn says(meaning: Text, remedy: Text) -> Explanation {
    Explanation { meaning, remedy }
}

messages! {
    /// The errors that a person meets with sockets, by their POSIX names.
    Errors {
        eaddrinuse: Explanation = says(
            "Another socket has this address and port, or a connection from it is still in TIME-WAIT.",
            "Take another port, close the socket that has it, or set SO_REUSEADDR before bind."), says(
            "这个地址和端口已被别的套接字占用，或者它之前的连接还处于 TIME-WAIT。",
            "换一个端口，关闭占用它的套接字，或在 bind 之前设置 SO_REUSEADDR。");
        eaddrnotavail: Explanation = says(
            "This machine has no such address.",
            "Bind to 127.0.0.1, to an address of this machine, or leave the host empty."), says(
            "本机没有这个地址。",
            "绑定到 127.0.0.1 或本机的某个地址，或把主机留空。");
        econnrefused: Explanation = says(
            "The other machine answered that nobody listens on that port.",
            "Make sure that the server has called listen, and compare the port."), says(
            "对方机器明确答复：这个端口没有程序在监听。",
            "确认服务器已调用 listen，并核对端口号。");
        econnreset: Explanation = says(
            "The peer broke the connection with RST: it closed with unread data, or it is gone.",
            "The connection is over. close this socket and connect anew."), says(
            "对端用 RST 中断了连接：它在还有未读数据时就关闭了，或者已经退出。",
            "这条连接已结束。关闭此套接字后重新连接。");
        econnaborted: Explanation = says(
            "The connection was ended before accept took it.",
            "Call accept again for the next one."), says(
            "连接在 accept 取走之前就被中断了。",
            "再次调用 accept，等待下一个连接。");
        epipe: Explanation = says(
            "There is no way to send any more: this side has shut down sending, or the peer has reset the connection.",
            "Receiving may still work. Otherwise close the socket."), says(
            "已经无法发送：本端关闭了发送方向，或对端重置了连接。",
            "也许还能接收；否则请关闭套接字。");
        enotconn: Explanation = says(
            "The socket is not connected to anybody.",
            "Call connect first; on a server, use the socket that accept returned, not the listening one."), says(
            "套接字还没有连接到任何对端。",
            "先调用 connect；在服务器上，应使用 accept 返回的套接字，而不是监听套接字。");
        eisconn: Explanation = says(
            "The socket is connected already.",
            "Use it as it is, or make a new socket for another connection."), says(
            "套接字已经处于连接状态。",
            "直接使用它，或为另一条连接新建套接字。");
        einval: Explanation = says(
            "The kernel does not accept this call with these arguments in this state: bind twice, or accept without listen.",
            "Look at the socket's state, and at the order of the calls before."), says(
            "在当前状态下，内核不接受这样的调用或参数：例如重复 bind，或没有 listen 就 accept。",
            "看看套接字的状态，以及之前调用的顺序。");
        eacces: Explanation = says(
            "The operating system does not permit it: ports below 1024, or a broadcast address without SO_BROADCAST.",
            "Take a port from 1024 on, or set SO_BROADCAST."), says(
            "操作系统不允许：端口小于 1024，或未设置 SO_BROADCAST 就向广播地址发送。",
            "使用 1024 及以上的端口，或设置 SO_BROADCAST。");
        eperm: Explanation = says(
            "The operating system does not permit it, perhaps because of a firewall rule.",
            "Look at the firewall, or take another address."), says(
            "操作系统不允许，可能是防火墙规则所致。",
            "检查防火墙，或换一个地址。");
        etimedout: Explanation = says(
            "The other machine did not answer at all, although the kernel tried several times.",
            "Check the address. A firewall that drops packets looks like this too."), says(
            "内核多次尝试，对方机器始终没有应答。",
            "核对地址。防火墙丢弃数据包时也是这种表现。");
        enetunreach: Explanation = says(
            "This machine knows no way into that network.",
            "Check the address, and whether this machine has a network of that family."), says(
            "本机没有通往那个网络的路由。",
            "核对地址，并确认本机有该地址族的网络。");
        ehostunreach: Explanation = says(
            "The network knows no way to that machine.",
            "Check the address, and whether the machine is on."), says(
            "网络中找不到通往那台机器的路径。",
            "核对地址，并确认那台机器已开机。");
        eagain: Explanation = says(
            "The call would have to wait, and this socket must not wait (settimeout 0).",
            "Nothing is wrong: call again later, or allow waiting with settimeout."), says(
            "这个调用需要等待，而套接字被设为不等待（settimeout 为 0）。",
            "这不是故障：稍后再调用，或用 settimeout 允许等待。");
        einprogress: Explanation = says(
            "The handshake has begun and goes on in the kernel; the socket must not wait for it.",
            "Look at the state, or call getsockopt SO_ERROR later to learn how it went."), says(
            "握手已经开始，由内核继续进行；此套接字被设为不等待。",
            "查看状态，或稍后用 getsockopt 读取 SO_ERROR 得知结果。");
        ealready: Explanation = says(
            "An earlier connect of this socket is still under way.",
            "Wait for its end."), says(
            "这个套接字之前的 connect 还在进行。",
            "等它结束。");
        edestaddrreq: Explanation = says(
            "The datagram has no address to go to.",
            "Use sendto with an address, or connect first."), says(
            "数据报没有目的地址。",
            "使用带地址的 sendto，或先调用 connect。");
        emsgsize: Explanation = says(
            "A datagram must fit into one packet: at most 65507 bytes over IPv4.",
            "Send less at a time."), says(
            "一个数据报必须能装进一个数据包：IPv4 下最多 65507 字节。",
            "每次少发一些。");
        eopnotsupp: Explanation = says(
            "This type of socket has no such call: UDP has no listen and no accept.",
            "Use a TCP socket, or send datagrams instead."), says(
            "这种套接字没有这个调用：UDP 没有 listen 和 accept。",
            "改用 TCP 套接字，或直接收发数据报。");
        eafnosupport: Explanation = says(
            "The address belongs to another family than the socket, or this machine lacks the family.",
            "Use an address of the socket's family (127.0.0.1 for IPv4, ::1 for IPv6)."), says(
            "地址与套接字的地址族不一致，或本机不支持该地址族。",
            "使用同一地址族的地址（IPv4 用 127.0.0.1，IPv6 用 ::1）。");
        enoprotoopt: Explanation = says(
            "This socket does not know the option.",
            "Options of TCP need a TCP socket, options of IPv6 an IPv6 socket."), says(
            "这个套接字没有该选项。",
            "TCP 选项需要 TCP 套接字，IPv6 选项需要 IPv6 套接字。");
        edom: Explanation = says(
            "The value lies outside what the option takes.",
            "Take a smaller or larger value."), says(
            "值超出了该选项允许的范围。",
            "换一个大小合适的值。");
        ebadf: Explanation = says(
            "The descriptor is closed.",
            "Make a new socket."), says(
            "描述符已经关闭。",
            "新建一个套接字。");
        emfile: Explanation = says(
            "The bridge has as many descriptors open as the operating system allows.",
            "Close sockets that are no longer needed."), says(
            "桥接程序打开的描述符已达操作系统上限。",
            "关闭不再需要的套接字。");
        enobufs: Explanation = says(
            "The kernel has no memory for this at the moment.",
            "Send less at a time, or try again."), says(
            "内核此刻没有足够的缓冲区。",
            "每次少发一些，或稍后再试。");
        enodev: Explanation = says(
            "There is no such interface, or it takes no part in multicast.",
            "Leave the interface empty, or use the address of one that this machine has."), says(
            "没有这块网卡，或它不支持组播。",
            "把网卡留空，或填写本机某块网卡的地址。");
        eai_noname: Explanation = says(
            "The resolver knows no address for this name.",
            "Check the spelling; with an IPv4 socket the name needs an IPv4 address."), says(
            "解析不到这个域名对应的地址。",
            "检查拼写；IPv4 套接字要求域名有 IPv4 地址。");
        eai_again: Explanation = says(
            "The name server gave no answer for now.",
            "Try again, or use an address."), says(
            "域名服务器暂时没有答复。",
            "稍后再试，或直接使用地址。");
    }
}

impl Errors {
    /// The explanation of an error, by its POSIX name.
    pub(crate) fn explain(&self, name: &str) -> Option<Explanation> {
        Some(match name {
            "EADDRINUSE" => self.eaddrinuse,
            "EADDRNOTAVAIL" => self.eaddrnotavail,
            "ECONNREFUSED" => self.econnrefused,
            "ECONNRESET" => self.econnreset,
            "ECONNABORTED" => self.econnaborted,
            "EPIPE" => self.epipe,
            "ENOTCONN" => self.enotconn,
            "EISCONN" => self.eisconn,
            "EINVAL" => self.einval,
            "EACCES" => self.eacces,
            "EPERM" => self.eperm,
            "ETIMEDOUT" => self.etimedout,
            "ENETUNREACH" | "ENETDOWN" => self.enetunreach,
            "EHOSTUNREACH" | "EHOSTDOWN" => self.ehostunreach,
            "EAGAIN" | "EWOULDBLOCK" => self.eagain,
            "EINPROGRESS" => self.einprogress,
            "EALREADY" => self.ealready,
            "EDESTADDRREQ" => self.edestaddrreq,
            "EMSGSIZE" => self.emsgsize,
            "EOPNOTSUPP" | "ENOTSUP" => self.eopnotsupp,
            "EAFNOSUPPORT" | "EPROTONOSUPPORT" => self.eafnosupport,
            "ENOPROTOOPT" => self.enoprotoopt,
            "EDOM" => self.edom,
            "EBADF" | "ENOTSOCK" => self.ebadf,
            "EMFILE" | "ENFILE" => self.emfile,
            "ENOBUFS" | "ENOMEM" => self.enobufs,
            "ENODEV" | "ENXIO" => self.enodev,
            "EAI_NONAME" | "EAI_NODATA" | "EAI_ADDRFAMILY" => self.eai_noname,
            "EAI_AGAIN" => self.eai_again,
            _ => return None,
        })
    }
}
