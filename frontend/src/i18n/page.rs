use super::{Text, messages};

messages! {
    /// Header, connection, list of sockets.
    Page {
        skip: Text = "Skip to the stage", "跳到舞台";
        tagline: Text = "real sockets, seen", "看得见的真实套接字";
        bridge: Text = "Bridge", "桥接程序";
        bridge_connecting: Text = "connecting", "正在连接";
        bridge_open: Text = "connected", "已连接";
        bridge_lost: Text = "lost", "连接已断";
        bridge_refused: Text = "refused", "被拒绝";
        policy: Text = "Policy", "访问策略";
        policy_loopback: Text = "this machine only", "仅限本机";
        policy_parts: fn(&str, &str) -> String =
            |connect, bind| format!("connect: {connect}; bind: {bind}"),
            |connect, bind| format!("可连接：{connect}；可绑定：{bind}");
        policy_nothing: Text = "nothing", "无";
        policy_word: fn(&str) -> String =
            |word| match word {
                "loopback" => "this machine".to_owned(),
                "private" => "private networks".to_owned(),
                "public" => "the internet".to_owned(),
                other => other.to_owned(),
            },
            |word| match word {
                "loopback" => "本机".to_owned(),
                "private" => "内网".to_owned(),
                "public" => "公网".to_owned(),
                other => other.to_owned(),
            };
        language: Text = "Language", "语言";
        theme: Text = "Theme", "主题";
        theme_system: Text = "System", "跟随系统";
        theme_light: Text = "Light", "浅色";
        theme_dark: Text = "Dark", "深色";

        panels: Text = "Panels", "面板";
        tab_sockets: Text = "Sockets", "套接字";
        tab_stage: Text = "Stage", "舞台";
        tab_inspector: Text = "Inspector", "检查器";
        tab_lesson: Text = "Lesson", "课程";

        lost_title: Text = "The bridge does not answer.", "桥接程序没有响应。";
        lost_text: Text =
            "Everything on screen stays. Sockets and waiting calls go on in the bridge, and the page catches up when it is back.",
            "画面上的内容都会保留。套接字和等待中的调用仍在桥接程序里继续，重新连上后页面会补齐这段时间的记录。";
        retry_in: fn(u32) -> String =
            |seconds| format!("Next try in {seconds} s"),
            |seconds| format!("{seconds} 秒后重试");
        retrying: Text = "Trying now …", "正在重试……";
        retry_now: Text = "Try now", "立即重试";
        unauthorized_title: Text = "This page has no valid token.", "此页面没有有效的令牌。";
        unauthorized_text: Text =
            "Open the link that the bridge printed when it started. It looks like http://127.0.0.1:7878/#token=… and changes with every start.",
            "请打开桥接程序启动时打印的链接，形如 http://127.0.0.1:7878/#token=…，每次启动都会更换。";
        gone_title: Text = "The bridge does not hold this session any more.", "桥接程序已不再保存这次会话。";
        gone_text: Text =
            "What you see can still be read, replayed and saved, but its sockets are closed. A new session begins with an empty stage.",
            "画面上的内容仍可查看、回放和保存，但其中的套接字都已关闭。开始新的会话后，舞台会清空。";
        ended_title: Text = "This session was ended.", "这次会话已结束。";
        too_many_title: Text = "The bridge is full.", "桥接程序的会话已满。";
        too_many_text: Text =
            "It holds as many sessions as it is allowed to. Close another page, or wait a minute.",
            "会话数已达上限。请关闭别的页面，或稍等一分钟。";
        version_title: Text = "The page and the bridge are of different releases.", "页面与桥接程序的版本不一致。";
        version_text: Text = "Reload the page.", "请重新加载页面。";
        refused_title: Text = "The bridge closed the connection.", "桥接程序关闭了连接。";
        new_session: Text = "Begin a new session", "开始新的会话";
        view_only: Text = "watching only", "仅旁观";

        sockets: Text = "Sockets", "套接字";
        new_socket: Text = "New socket", "新建套接字";
        new_tcp: Text = "+ TCP", "+ TCP";
        new_udp: Text = "+ UDP", "+ UDP";
        new_tcp_title: Text = "New TCP socket: socket(AF_INET, SOCK_STREAM)", "新建 TCP 套接字：socket(AF_INET, SOCK_STREAM)";
        new_udp_title: Text = "New UDP socket: socket(AF_INET, SOCK_DGRAM)", "新建 UDP 套接字：socket(AF_INET, SOCK_DGRAM)";
        family: Text = "Address family", "地址族";
        sockets_empty: Text =
            "No sockets yet. Each one you make appears here with its state and its addresses.",
            "还没有套接字。新建的套接字会连同状态和地址显示在这里。";
        closed_sockets: fn(usize) -> String =
            |count| format!("Closed ({count})"),
            |count| format!("已关闭（{count}）");
        relay_streams: Text = "Relay streams", "中继数据流";
        relay_empty: Text =
            "None now. Streams that other programs have through this bridge's relay appear here.",
            "目前没有。其他程序经由本桥接程序中继的数据流会显示在这里。";
        relay_open: fn(u64) -> String =
            |count| format!("{count} open"),
            |count| format!("{count} 个打开");
        relay_resolving: Text = "looking up", "解析中";
        relay_is_open: Text = "open", "已打开";
        relay_half_closed: Text = "half-closed", "半关闭";
        relay_draining: Text = "finishing", "收尾中";
        relay_closed: Text = "closed", "已关闭";
        /// Why a stream ended, in the words of the bridge; a word that is new here stays as it is.
        relay_ended: fn(&str) -> String =
            |reason| match reason {
                "voluntary" => "target closed",
                "client" => "client closed",
                "network" => "connection broke",
                "invalid" => "no such target",
                "connect_timeout" => "no answer",
                "transfer_timeout" => "target stalled",
                "blocked" => "policy says no",
                "throttled" => "no room",
                other => other,
            }.to_owned(),
            |reason| match reason {
                "voluntary" => "目标已关闭",
                "client" => "客户端已关闭",
                "network" => "连接中断",
                "invalid" => "目标无效",
                "unreachable" => "无法到达",
                "connect_timeout" => "无应答",
                "refused" => "被拒绝",
                "transfer_timeout" => "目标停滞",
                "blocked" => "策略不允许",
                "throttled" => "资源不足",
                other => other,
            }.to_owned();
        state_closed: Text = "fd closed", "已关闭";
        state_new: Text = "not bound", "未绑定";
        state_bound: Text = "bound", "已绑定";
        state_connected: Text = "connected", "已连接";
        state_reset: Text = "reset", "已重置";
        waiting_calls: fn(usize) -> String =
            |count| if count == 1 { "1 call waits".to_owned() } else { format!("{count} calls wait") },
            |count| format!("{count} 个调用在等待");
        dismiss: Text = "Dismiss", "关闭提示";
        session_was_gone: Text =
            "The session that this tab had is no longer held; this one is new.",
            "此标签页之前的会话已不再保存，现在是新的会话。";
        unkept: fn(&str) -> String =
            |error| format!("The browser does not keep this session ({error}): after a reload, only what the bridge still holds comes back."),
            |error| format!("浏览器未能保存这次会话的记录（{error}）：重新加载页面后，只能恢复桥接程序仍保存的部分。");
        not_sent_no_session: Text = "Not made: there is no session with the bridge.", "未执行：当前没有与桥接程序的会话。";
        not_sent_replay: Text = "Not made: this is a replay. Go back to the live session to make calls.", "未执行：正在回放。要发起调用，请先回到实时会话。";
        not_sent_too_long: fn(u64) -> String =
            |limit| format!("Not made: one call carries at most {limit} bytes. Send a file instead, or less at a time."),
            |limit| format!("未执行：一次调用最多携带 {limit} 字节。请改为发送文件，或分几次发送。");
        not_sent_bytes: fn(u64) -> String =
            |limit| format!("Not made: at most {limit} bytes may wait in the bridge. Let waiting sends finish first."),
            |limit| format!("未执行：桥接程序最多暂存 {limit} 字节。请先等之前的发送完成。");
        not_sent_calls: fn(u32) -> String =
            |limit| format!("Not made: at most {limit} calls may wait at once."),
            |limit| format!("未执行：最多同时有 {limit} 个调用在等待。");
        not_sent_host: Text = "Not made: sendto needs a host.", "未执行：sendto 需要主机地址。";
        session_error: Text = "The bridge says", "桥接程序提示";
    }
}
