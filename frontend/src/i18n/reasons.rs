use sockscope_frontend::model::Reason;

use super::{Text, messages};

messages! {
    /// Why a call makes no sense now.
    Reasons {
        closed: Text = "The descriptor is closed: the kernel answers EBADF. Make a new socket.", "描述符已关闭，内核会返回 EBADF。请新建套接字。";
        no_connections: Text = "UDP has no connections, so there is nothing to listen for or to accept.", "UDP 没有连接，因此无从监听，也无从接受。";
        whole_datagrams: Text = "A datagram is sent whole or not at all. Use send or sendto.", "数据报要么整个发出，要么不发，没有“剩余部分”。请用 send 或 sendto。";
        already_bound: Text = "The socket has a local address already: EINVAL.", "套接字已有本地地址，会返回 EINVAL。";
        not_bound: Text = "The socket has no local address yet. Call bind first.", "套接字还没有本地地址，请先 bind。";
        already_listening: Text = "The socket listens already.", "套接字已经在监听。";
        listening: Text = "A listening socket carries no data and connects to nobody. Use what accept returns.", "监听套接字不传数据，也不主动连接。请使用 accept 返回的套接字。";
        not_listening: Text = "Only a listening socket accepts: EINVAL. Call bind and listen first.", "只有监听套接字才能 accept，否则返回 EINVAL。请先 bind 和 listen。";
        already_connected: Text = "The socket is connected already: EISCONN.", "套接字已经连接，会返回 EISCONN。";
        connecting: Text = "connect is still waiting for the peer.", "connect 还在等待对端应答。";
        not_connected: Text = "The socket has no peer yet: ENOTCONN. Call connect first.", "套接字还没有对端，会返回 ENOTCONN。请先 connect。";
        stream: Text = "A stream goes to its one peer and needs no address. Use send and recv.", "TCP 流只通向唯一的对端，不需要地址。请用 send 和 recv。";
        nothing_can_arrive: Text = "The socket has no address, so no datagram can arrive. Call bind, or send something first.", "套接字没有地址，数据报无处可达。请先 bind，或先发送一次。";
        send_side_shut: Text = "Sending was shut down: EPIPE.", "发送方向已关闭，会返回 EPIPE。";
        both_sides_shut: Text = "Both directions are shut down already.", "两个方向都已关闭。";
        receive_side_shut: Text = "Receiving was shut down: recv returns 0.", "接收方向已关闭，recv 会返回 0。";
        reset: Text = "The connection was reset and is over.", "连接已被重置，不能再用。";
        streaming: Text = "Automatic receiving takes the bytes already. Switch it off first.", "自动接收正在取走字节，请先关闭它。";
    }
}

impl Reasons {
    pub(crate) fn text(&self, reason: Reason) -> Text {
        match reason {
            Reason::Closed => self.closed,
            Reason::NoConnections => self.no_connections,
            Reason::WholeDatagrams => self.whole_datagrams,
            Reason::AlreadyBound => self.already_bound,
            Reason::NotBound => self.not_bound,
            Reason::AlreadyListening => self.already_listening,
            Reason::Listening => self.listening,
            Reason::NotListening => self.not_listening,
            Reason::AlreadyConnected => self.already_connected,
            Reason::Connecting => self.connecting,
            Reason::NotConnected => self.not_connected,
            Reason::Stream => self.stream,
            Reason::NothingCanArrive => self.nothing_can_arrive,
            Reason::SendSideShut => self.send_side_shut,
            Reason::BothSidesShut => self.both_sides_shut,
            Reason::ReceiveSideShut => self.receive_side_shut,
            Reason::Reset => self.reset,
            Reason::Streaming => self.streaming,
        }
    }
}
