use sockscope_frontend::lesson::{Lesson, Role, Say};

use super::{Lang, Text};

/// What a lesson says at a step.
pub(crate) struct Words {
    /// What the call does.
    pub(crate) what: Text,
    /// Why it is made, or what to watch for.
    pub(crate) why: Text,
}

/// A lesson's title and what one learns.
pub(crate) fn title(lang: Lang, lesson: &Lesson) -> Words {
    let (en, zh) = match lesson.name {
        "tcp-server" => (
            (
                "TCP server",
                "Wait for a call on port 8888, answer it, echo what is said.",
            ),
            (
                "TCP 服务器",
                "在 8888 端口等电话，接起来，把听到的话原样说回去。",
            ),
        ),
        "tcp-client" => (
            (
                "TCP client",
                "Call a server on port 8888, say something, hear the answer.",
            ),
            (
                "TCP 客户端",
                "给 8888 端口的服务器打电话，说一句话，听对方回答。",
            ),
        ),
        "udp-echo" => (
            (
                "UDP echo",
                "Messages instead of a call: no connection, every datagram by itself, port 9999.",
            ),
            (
                "UDP 回显",
                "不打电话，只发短信：没有连接，每个数据报各走各的，端口 9999。",
            ),
        ),
        _ => (
            (
                "TCP echo",
                "A phone call with both ends in your hands: server and client on port 8888.",
            ),
            (
                "TCP 回显",
                "一通电话，两头都由你来操作：服务器和客户端都在 8888 端口上。",
            ),
        ),
    };
    let (what, why) = match lang {
        Lang::En => en,
        Lang::Zh => zh,
    };
    Words { what, why }
}

/// The name of a role.
pub(crate) fn role(lang: Lang, role: Role) -> Text {
    match (lang, role) {
        (Lang::En, Role::Server) => "server",
        (Lang::En, Role::Connection) => "connection",
        (Lang::En, Role::Client) => "client",
        (Lang::Zh, Role::Server) => "服务器",
        (Lang::Zh, Role::Connection) => "连接",
        (Lang::Zh, Role::Client) => "客户端",
    }
}

macro_rules! words {
    ($($say:ident: $en_what:literal, $en_why:literal; $zh_what:literal, $zh_why:literal;)*) => {
        /// What is said at a step.
        pub(crate) fn words(lang: Lang, say: Say) -> Words {
            let (what, why) = match (lang, say) {
                $((Lang::En, Say::$say) => ($en_what, $en_why),
                (Lang::Zh, Say::$say) => ($zh_what, $zh_why),)*
            };
            Words { what, why }
        }
    };
}

words! {
    ServerSocket:
        "Get a telephone: ask the kernel for a TCP socket.",
        "The socket has no number (address) yet and is connected to nobody. What you get is a descriptor to name it by.";
        "先弄一部电话：向内核要一个 TCP 套接字。",
        "它现在没有号码（地址），也没有接通任何人。拿到手的是一个描述符，以后就用它来指这个套接字。";
    ServerBind:
        "Give it a number: bind it to localhost, port 8888.",
        "Whoever wants to call has to know the number beforehand, so a server chooses its port. If another program has it, the kernel says EADDRINUSE.";
        "给电话装上号码：绑定到 localhost 的 8888 端口。",
        "想打进来的人得事先知道号码，所以服务器要自己定端口。如果端口已被别的程序占用，内核会返回 EADDRINUSE。";
    ServerListen:
        "Plug it in: from now on it can ring.",
        "The kernel itself picks up callers and lets them wait in a queue. The listening socket never carries data.";
        "接上电话线：从现在起它能响铃了。",
        "打进来的连接由内核先接住，放进队列里等着。监听套接字本身从不传送数据。";
    ServerAccept:
        "Wait for the ring and pick up.",
        "Nobody has called, so accept blocks. That is not a crash: watch the bar grow until somebody connects.";
        "等铃响，然后接起来。",
        "还没有人打来，所以 accept 会阻塞。这不是死机：看那根条一直变长，直到有人连进来。";
    CallerSocket:
        "Somebody has to call. Use your own program (try: nc 127.0.0.1 8888), or let Sockscope be the caller.",
        "If you call from your own program, the lesson notices and goes on by itself.";
        "该有人打电话了。可以用你自己的程序（比如 nc 127.0.0.1 8888），也可以让 Sockscope 来当打电话的人。",
        "如果你用自己的程序打进来，课程会察觉，并自动往下走。";
    CallerConnect:
        "Dial the server's number.",
        "The kernels shake hands (SYN, SYN-ACK, ACK), connect returns, and so does the waiting accept.";
        "拨服务器的号码。",
        "双方内核完成三次握手（SYN、SYN-ACK、ACK），connect 返回，一直在等的 accept 也随之返回。";
    ServerRecv:
        "Listen to what the caller says: recv on the new socket that accept returned.",
        "accept gave a second socket for this one conversation; the first goes on waiting for other callers. As long as nothing was said, recv blocks.";
        "听对方说话：在 accept 返回的新套接字上 recv。",
        "accept 给出了专用于这次通话的第二个套接字，原来那个继续等别人打来。对方还没开口，recv 就会阻塞。";
    CallerGreet:
        "The caller says hello.",
        "15 bytes go out: a Chinese character takes three in UTF-8. The waiting recv returns with them.";
        "打电话的人问好。",
        "发出 15 个字节：UTF-8 里一个汉字占三个字节。等待中的 recv 带着它们返回。";
    ServerEcho:
        "Say the same back.",
        "sendall returns when the kernel has taken all bytes. That does not mean that the other program has read them.";
        "原样说回去。",
        "内核收下全部字节后 sendall 就返回。这并不等于对方程序已经读到。";
    CallerRecv:
        "The caller hears the echo.",
        "recv(1024) returns what is there, at most 1024 bytes. It does not wait for 1024.";
        "打电话的人听到回声。",
        "recv(1024) 有多少就返回多少，最多 1024 字节，并不会等凑满 1024。";
    CallerClose:
        "The caller hangs up.",
        "Its kernel sends a FIN: no more will come. Watch the connection go to CLOSE-WAIT: it is now the server's turn to close.";
        "打电话的人挂断。",
        "它的内核发出 FIN，表示不会再有数据。注意连接变成了 CLOSE-WAIT：轮到服务器这边关闭了。";
    ServerRecvEnd:
        "Listen once more: recv returns 0 bytes.",
        "An empty recv does not mean \"nothing yet\" (then it would wait). It means that the other side has hung up.";
        "再听一次：recv 返回 0 字节。",
        "recv 返回空，并不是“暂时没有数据”（那样它会一直等），而是对方已经挂断。";
    ConnectionClose:
        "Hang up on this side too.",
        "Only now is the conversation over in both directions. The listening socket is still there and could take the next caller.";
        "这边也挂断。",
        "到这时两个方向的通话才都结束。监听套接字还在，可以接下一个电话。";
    ServerClose:
        "Unplug the telephone.",
        "The port is free again. Side by side you have seen every call of an echo server.";
        "拔掉电话线。",
        "端口又空出来了。一个回显服务器的每一步调用，你都看到了。";
    ClientSocket:
        "A telephone for the client: a socket of its own.",
        "A client needs no bind: when it calls, the kernel gives it some free port. The server sees that port as the caller's number.";
        "给客户端也准备一部电话：它自己的套接字。",
        "客户端不需要 bind：拨出时内核会给它随便分一个空闲端口，服务器看到的来电号码就是这个端口。";
    HelperSocket:
        "Somebody has to be called. Start your own server on port 8888 and say so, or let Sockscope play one.",
        "These are real sockets as well: a server next to your client.";
        "得有人接电话。你可以自己在 8888 端口启动一个服务器并告诉课程，也可以让 Sockscope 来扮演。",
        "这些同样是真实的套接字：在你的客户端旁边放一个服务器。";
    HelperBind:
        "The server takes its number, port 8888.",
        "If your own program has the port already, the kernel says EADDRINUSE: then say that you have a server.";
        "服务器占用自己的号码：8888 端口。",
        "如果你自己的程序已经占了这个端口，内核会返回 EADDRINUSE：那就说明你有服务器了，告诉课程即可。";
    HelperListen:
        "The server can be called now.",
        "It has not called accept yet. See whether connect minds.";
        "服务器现在可以接电话了。",
        "它还没有调用 accept。看看 connect 在不在乎。";
    ClientConnect:
        "Dial: connect to localhost, port 8888.",
        "connect returns when the kernels have shaken hands. It does not wait for the server's accept: the kernel picks up first.";
        "拨号：连接 localhost 的 8888 端口。",
        "双方内核握手完成，connect 就返回，并不等服务器 accept：先接起电话的是内核。";
    ClientGreet:
        "Say hello.",
        "15 bytes go out: a Chinese character takes three in UTF-8. They arrive in the other kernel's queue, whether or not anybody receives.";
        "问个好。",
        "发出 15 个字节：UTF-8 里一个汉字占三个字节。它们先到对方内核的队列里，不管有没有人在收。";
    HelperAccept:
        "The server picks up.",
        "accept returns at once, because the connection was waiting in the queue, with the bytes in it.";
        "服务器接起电话。",
        "accept 立刻返回，因为连接早就在队列里等着了，数据也在里面。";
    HelperRecv:
        "The server hears the greeting.",
        "The bytes were in the kernel already: recv does not have to wait.";
        "服务器听到问候。",
        "数据已经在内核里了，recv 不用等。";
    HelperEcho:
        "The server says the same back.",
        "The bytes now wait in the client's kernel. Look at Recv-Q.";
        "服务器原样说回去。",
        "数据现在在客户端的内核里等着，看看 Recv-Q。";
    ClientRecv:
        "Hear the answer.",
        "recv(1024) returns what is there, at most 1024 bytes; it does not wait for 1024. With nothing there it blocks.";
        "听对方的回答。",
        "recv(1024) 有多少就返回多少，最多 1024 字节，不会等凑满；一点都没有时它才阻塞。";
    ClientClose:
        "Hang up.",
        "The kernel sends a FIN. The other side sees the end of the stream and goes to CLOSE-WAIT until it closes as well.";
        "挂断。",
        "内核发出 FIN。对方看到数据流结束，进入 CLOSE-WAIT，直到它也关闭。";
    HelperConnectionClose:
        "The server hangs up too.",
        "Now both directions have ended.";
        "服务器也挂断。",
        "这样两个方向都结束了。";
    HelperClose:
        "The server unplugs its telephone.",
        "Its port is free again.";
        "服务器拔掉电话线。",
        "端口又空出来了。";
    UdpServerSocket:
        "A letter box: ask the kernel for a UDP socket.",
        "No call will be made. Each message (datagram) travels by itself and carries its sender's address.";
        "先要一个收件箱：向内核要一个 UDP 套接字。",
        "这次不打电话。每条消息（数据报）都单独上路，并带着寄件人的地址。";
    UdpServerBind:
        "Give it a number: localhost, port 9999.",
        "Whoever wants to write has to know it. There is no listen and no accept: nothing has to be picked up.";
        "给它一个号码：localhost 的 9999 端口。",
        "要发消息的人得知道号码。没有 listen，也没有 accept：没有电话要接。";
    UdpServerRecv:
        "Wait for a message.",
        "recvfrom blocks until a datagram comes, and returns it together with the sender's address.";
        "等消息。",
        "recvfrom 会阻塞到有数据报到来，然后把内容和寄件人的地址一起返回。";
    UdpClientSocket:
        "Another UDP socket, for the one who writes.",
        "No bind: at the first sendto the kernel gives it some free port, so that answers find their way.";
        "再要一个 UDP 套接字，给发消息的人用。",
        "不用 bind：第一次 sendto 时内核会分给它一个空闲端口，回信就寄到那里。";
    UdpClientSend:
        "Send a message to port 9999.",
        "sendto returns as soon as the kernel has taken the datagram. Whether it arrives, nobody says. Here it does.";
        "给 9999 端口发一条消息。",
        "内核收下数据报，sendto 就返回。到没到，没人会告诉你。这里是到了的。";
    UdpServerEcho:
        "Answer: send the same to the address that it came from.",
        "There is no connection to answer on. The only way back is the sender's address.";
        "回信：把同样的内容发到来信的地址。",
        "没有连接可用来回答，唯一的回路就是寄件人的地址。";
    UdpClientRecv:
        "Receive the answer.",
        "One sendto is one recvfrom: a datagram stays whole. Were the buffer too small, the rest would be lost.";
        "收回信。",
        "一次 sendto 对应一次 recvfrom：数据报保持完整。要是缓冲区太小，装不下的部分就丢了。";
    UdpClientClose:
        "Close the client's socket.",
        "Nobody is told: where there is no connection, there is nothing to hang up.";
        "关闭客户端的套接字。",
        "不会通知任何人：没有连接，也就无所谓挂断。";
    UdpServerClose:
        "Close the server's socket.",
        "Port 9999 is free again. Who writes to it now gets ECONNREFUSED at the earliest with the next call, if at all.";
        "关闭服务器的套接字。",
        "9999 端口又空出来了。现在再往这里发，最早也要到下一次调用才会看到 ECONNREFUSED，也可能根本看不到。";
}
