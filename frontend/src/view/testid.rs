//! The names (`data-testid`) by which tests and tools find things on the page. They are stable: what
//! a person can use or observe has one, and keeps it whatever the language, theme or layout.
//!
//! Ids that end in `-` are prefixes: the constructor below joins them with what they name.

/// The page itself. `data-tab` names the panel that is shown where only one fits.
pub(crate) const APP: &str = "app";
/// Connection to the bridge. `data-state`: `connecting`, `open`, `lost`, `refused`.
pub(crate) const BRIDGE_STATE: &str = "bridge-state";
/// Round-trip time to the bridge.
pub(crate) const BRIDGE_RTT: &str = "bridge-rtt";
/// The policy in words.
pub(crate) const POLICY: &str = "policy";
/// Language buttons.
pub(crate) const LANG_ZH: &str = "lang-zh";
pub(crate) const LANG_EN: &str = "lang-en";
/// Theme: a `<select>` with the values `system`, `light`, `dark`.
pub(crate) const THEME: &str = "theme";
/// Projector mode: a button with `aria-pressed`.
pub(crate) const PROJECTOR: &str = "projector";
/// Opens the list of shortcuts; the list; its button; the switch of the single keys.
pub(crate) const HELP: &str = "help";
pub(crate) const HELP_DIALOG: &str = "help-dialog";
pub(crate) const HELP_CLOSE: &str = "help-close";
pub(crate) const HELP_KEYS: &str = "help-keys";

/// The banner about the connection, present only while there is something to say. `data-kind`: `lost`,
/// `unauthorized`, `session_gone`, `refused`; and for news: `new_session`, `says`.
pub(crate) const BANNER: &str = "banner";
pub(crate) const BANNER_RETRY: &str = "banner-retry";
pub(crate) const BANNER_NEW_SESSION: &str = "banner-new-session";

/// Tab bar of the narrow layout.
pub(crate) const TAB_SOCKETS: &str = "tab-sockets";
pub(crate) const TAB_STAGE: &str = "tab-stage";
pub(crate) const TAB_INSPECTOR: &str = "tab-inspector";
pub(crate) const TAB_LESSON: &str = "tab-lesson";

/// New sockets.
pub(crate) const NEW_TCP: &str = "new-tcp";
pub(crate) const NEW_UDP: &str = "new-udp";
/// Their family: two radio buttons.
pub(crate) const FAMILY_INET: &str = "family-inet";
pub(crate) const FAMILY_INET6: &str = "family-inet6";
/// The switch of the relay's streams, and each of them. `data-state`: as in the protocol.
pub(crate) const RELAY_WATCH: &str = "relay-watch";
pub(crate) const RELAY_STREAM: &str = "relay-stream";
/// What the empty stage offers.
pub(crate) const EMPTY_LESSON: &str = "empty-lesson";
pub(crate) const EMPTY_TCP: &str = "empty-tcp";
pub(crate) const EMPTY_UDP: &str = "empty-udp";
pub(crate) const EMPTY_OPEN: &str = "empty-open";

/// The menu of the session (`menu`), and what it offers.
pub(crate) const MENU_REPLAY: &str = "menu-replay";
pub(crate) const MENU_SAVE: &str = "menu-save";
pub(crate) const MENU_TEXT: &str = "menu-text";
pub(crate) const MENU_PACKETS: &str = "menu-packets";
/// The field for a recording's file.
pub(crate) const OPEN_FILE: &str = "open-file";

/// The film's controls. `data-source`: `session`, `file`; `data-playing`.
pub(crate) const REPLAY: &str = "replay";
/// Where the film is: a slider, in microseconds.
pub(crate) const REPLAY_TIME: &str = "replay-time";
pub(crate) const REPLAY_START: &str = "replay-start";
pub(crate) const REPLAY_BACK: &str = "replay-back";
pub(crate) const REPLAY_PLAY: &str = "replay-play";
pub(crate) const REPLAY_FORWARD: &str = "replay-forward";
pub(crate) const REPLAY_END: &str = "replay-end";
/// The next speed of seven; its text is the current one.
pub(crate) const REPLAY_SPEED: &str = "replay-speed";
pub(crate) const REPLAY_LIVE: &str = "replay-live";

/// The stage's scrolling area.
pub(crate) const STAGE: &str = "stage";
/// Back to the newest row, present while the stage does not follow.
pub(crate) const STAGE_FOLLOW: &str = "stage-follow";
/// A call on the stage. `data-call`: its number; `data-op`; `data-state`: `waiting`, `ok`, `errno`,
/// `resolver`, `timeout`, `cancelled`, `refused`, `internal`; `data-lane`; `data-count` where it
/// returned a number of bytes.
pub(crate) const ROW: &str = "row";
/// Bytes between two lanes. `data-from`, `data-to`: lane names; `data-bytes`; `data-kind`: `stream`,
/// `kernel` (not received yet), `datagram`, `truncated`, `underway`, `lost`.
pub(crate) const FLOW: &str = "flow";
/// What the kernel holds. `data-queue`: `Send-Q`, `Recv-Q`; `data-socket`; `data-bytes`.
pub(crate) const TANK: &str = "tank";
/// An inferred segment. `data-segment`: `SYN`, `SYN+ACK`, `ACK`, `FIN`, `RST`.
pub(crate) const SEGMENT: &str = "segment";
/// What the stage can be asked for.
pub(crate) const STAGE_TOOLS: &str = "stage-tools";
pub(crate) const DELTA_CLEAR: &str = "delta-clear";
/// How time is drawn: two buttons, and what there is to scale.
pub(crate) const STEPS_EQUAL: &str = "steps-equal";
pub(crate) const STEPS_TIME: &str = "steps-time";
pub(crate) const ZOOM_IN: &str = "zoom-in";
pub(crate) const ZOOM_OUT: &str = "zoom-out";
pub(crate) const FOLD_SILENCE: &str = "fold-silence";
pub(crate) const FOLD_CLOSED: &str = "fold-closed";
/// A silence that is left out of the picture. `data-us`: how many microseconds.
pub(crate) const SILENCE: &str = "silence";
/// The time between the two calls that were chosen. `data-us`.
pub(crate) const DELTA: &str = "delta";
/// What the marks of the stage mean: the button, and the text.
pub(crate) const LEGEND: &str = "legend";
pub(crate) const LEGEND_TEXT: &str = "legend-text";

/// In a lane's head: a listening socket's accept queue (`0/5`); a connection's figures.
pub(crate) const LANE_QUEUE: &str = "lane-queue";
pub(crate) const LANE_FIGURES: &str = "lane-figures";

/// The selected socket's facts. `data-socket`: its number.
pub(crate) const INSPECTOR: &str = "inspector";
pub(crate) const INSPECTOR_STATE: &str = "inspector-state";
pub(crate) const INSPECTOR_LOCAL: &str = "inspector-local";
pub(crate) const INSPECTOR_PEER: &str = "inspector-peer";

/// The form of the chosen call and its arguments. `data-op`: the call.
pub(crate) const CALL_FORM: &str = "call-form";
pub(crate) const ARG_HOST: &str = "arg-host";
pub(crate) const ARG_PORT: &str = "arg-port";
pub(crate) const ARG_BACKLOG: &str = "arg-backlog";
pub(crate) const ARG_SIZE: &str = "arg-size";
pub(crate) const ARG_PEEK: &str = "arg-peek";
pub(crate) const ARG_WAITALL: &str = "arg-waitall";
pub(crate) const ARG_HOW: &str = "arg-how";
pub(crate) const ARG_OPTION: &str = "arg-option";
pub(crate) const ARG_VALUE: &str = "arg-value";
pub(crate) const ARG_SECONDS: &str = "arg-seconds";
pub(crate) const ARG_TIMEOUT_MODE: &str = "arg-timeout-mode";
pub(crate) const ARG_GROUP: &str = "arg-group";
pub(crate) const ARG_INTERFACE: &str = "arg-interface";
pub(crate) const ARG_FAMILY: &str = "arg-family";
/// What is wrong with an argument.
pub(crate) const ARG_ERROR: &str = "arg-error";
/// Why the chosen call makes no sense now.
pub(crate) const CALL_WHY_NOT: &str = "call-why-not";
/// Makes the chosen call.
pub(crate) const DO_CALL: &str = "do-call";
/// Makes it although it makes no sense now. Stands in the place of [`DO_CALL`].
pub(crate) const FORCE_CALL: &str = "force-call";

/// The result of the socket's last (or the selected) call. `data-call`, `data-op`, `data-state` as on [`ROW`].
pub(crate) const RESULT: &str = "result";
/// What an error means here and what to try.
pub(crate) const RESULT_EXPLAIN: &str = "result-explain";
/// EADDRINUSE: who has the port; selects it, where it is a socket of ours; takes it with `SO_REUSEADDR`.
pub(crate) const HOLDER: &str = "holder";
pub(crate) const HOLDER_SHOW: &str = "holder-show";
pub(crate) const HOLDER_REUSE: &str = "holder-reuse";
/// A call that the bridge did not make because of its limits. `data-reason`.
pub(crate) const REJECTED: &str = "rejected";

/// The composer: modes (buttons), inputs, line ending (`<select>`: `none`, `lf`, `crlf`), count, error.
pub(crate) const COMPOSER: &str = "composer";
pub(crate) const COMPOSER_MODE_TEXT: &str = "composer-mode-text";
pub(crate) const COMPOSER_MODE_HEX: &str = "composer-mode-hex";
pub(crate) const COMPOSER_MODE_FILE: &str = "composer-mode-file";
pub(crate) const COMPOSER_TEXT: &str = "composer-text";
pub(crate) const COMPOSER_HEX: &str = "composer-hex";
pub(crate) const COMPOSER_FILE: &str = "composer-file";
pub(crate) const COMPOSER_ENDING: &str = "composer-ending";
pub(crate) const COMPOSER_COUNT: &str = "composer-count";
pub(crate) const COMPOSER_ERROR: &str = "composer-error";
/// Progress of a file: a `<progress>` with `value` and `max` in bytes.
pub(crate) const FILE_PROGRESS: &str = "file-progress";
pub(crate) const FILE_CANCEL: &str = "file-cancel";

/// Receive continuously: a checkbox.
pub(crate) const AUTO_RECV: &str = "auto-recv";
/// Views of the bytes (buttons), their contents, and what can be done with them.
pub(crate) const BYTES_MODE_TEXT: &str = "bytes-mode-text";
pub(crate) const BYTES_MODE_HEX: &str = "bytes-mode-hex";
pub(crate) const BYTES_TEXT: &str = "bytes-text";
pub(crate) const BYTES_HEX: &str = "bytes-hex";
/// One entry in either view. `data-direction`: `sent`, `received`; `data-peer`: a datagram's other
/// address; `data-truncated`: how many bytes of a datagram were lost.
pub(crate) const BYTES_ENTRY: &str = "bytes-entry";
/// Directions that are shown, where lines end, back to the newest line.
pub(crate) const BYTES_BOTH: &str = "bytes-both";
pub(crate) const BYTES_ONLY_SENT: &str = "bytes-only-sent";
pub(crate) const BYTES_ONLY_RECEIVED: &str = "bytes-only-received";
pub(crate) const BYTES_BREAKS: &str = "bytes-breaks";
pub(crate) const BYTES_FOLLOW: &str = "bytes-follow";
/// Encodings: `<select>`s with the encodings' names; the composer's stands for what is sent as well.
pub(crate) const ENCODING_SENT: &str = "encoding-sent";
pub(crate) const ENCODING_RECEIVED: &str = "encoding-received";
pub(crate) const COMPOSER_ENCODING: &str = "composer-encoding";
/// Search. What it found has `data-state`: `searching`, `done`.
pub(crate) const BYTES_FIND: &str = "bytes-find";
pub(crate) const BYTES_FIND_HEX: &str = "bytes-find-hex";
pub(crate) const BYTES_FIND_NEXT: &str = "bytes-find-next";
pub(crate) const BYTES_FIND_BEFORE: &str = "bytes-find-before";
pub(crate) const BYTES_FIND_STOP: &str = "bytes-find-stop";
pub(crate) const BYTES_FOUND: &str = "bytes-found";
/// What is selected, in words.
pub(crate) const BYTES_SELECTED: &str = "bytes-selected";
/// The form in which bytes are copied: a `<select>` with `text`, `hex`, `dump`, `c`, `python`, `base64`.
pub(crate) const BYTES_FORM: &str = "bytes-form";
/// What came of copying, and the way out when it is too much.
pub(crate) const BYTES_SAID: &str = "bytes-said";
pub(crate) const BYTES_DOWNLOAD: &str = "bytes-download";
pub(crate) const BYTES_COPY: &str = "bytes-copy";
pub(crate) const BYTES_SAVE: &str = "bytes-save";
/// Totals: bytes sent and received on the socket.
pub(crate) const BYTES_SENT_TOTAL: &str = "bytes-sent-total";
pub(crate) const BYTES_RECEIVED_TOTAL: &str = "bytes-received-total";

/// The session as programs.
pub(crate) const CODE: &str = "code";
pub(crate) const CODE_PYTHON: &str = "code-python";
pub(crate) const CODE_RUST: &str = "code-rust";
pub(crate) const CODE_C: &str = "code-c";
pub(crate) const CODE_STD: &str = "code-std";
pub(crate) const CODE_TOKIO: &str = "code-tokio";
/// The lines. `data-lines`: how many there are; those out of sight are not drawn. A line of the call
/// that is pointed out has `data-lit`.
pub(crate) const CODE_TEXT: &str = "code-text";
pub(crate) const CODE_COPY: &str = "code-copy";
pub(crate) const CODE_SAVE: &str = "code-save";
/// With what the test ids of programs begin.
pub(crate) const CODE_FILE: &str = "code-file-";
/// Loads what writes programs once more, after that has failed.
pub(crate) const CODE_RETRY: &str = "code-retry";

/// Kernel figures.
pub(crate) const KERNEL: &str = "kernel";
pub(crate) const KERNEL_RECV_Q: &str = "kernel-recv-q";
pub(crate) const KERNEL_SEND_Q: &str = "kernel-send-q";
pub(crate) const KERNEL_ACCEPT_Q: &str = "kernel-accept-q";
pub(crate) const KERNEL_RTT: &str = "kernel-rtt";
pub(crate) const KERNEL_RETRANSMITS: &str = "kernel-retransmits";
/// The states of TCP that the socket was in. `data-state`: the last one.
pub(crate) const TCP_PATH: &str = "tcp-path";
/// One of them. `data-state`; `data-seen`: whether the kernel reported it.
pub(crate) const TCP_PATH_STATE: &str = "tcp-path-state";

/// The running lesson. `data-lesson`: its name; `data-step`: from 1; `data-state`: `running`, `off_rails`, `done`.
pub(crate) const LESSON: &str = "lesson";
/// The one button that goes on.
pub(crate) const LESSON_NEXT: &str = "lesson-next";
/// The same button beside the stage, where only one panel fits.
pub(crate) const LESSON_BAR_NEXT: &str = "lesson-bar-next";
/// Back on the rails, where the person left them.
pub(crate) const LESSON_BACK: &str = "lesson-back";
/// What the lesson tells about the current step.
pub(crate) const LESSON_TEXT: &str = "lesson-text";
pub(crate) const LESSON_STOP: &str = "lesson-stop";
pub(crate) const LESSON_RESTART: &str = "lesson-restart";
/// The way on when the port is taken.
pub(crate) const LESSON_OTHER_PORT: &str = "lesson-other-port";
/// "I have a server of my own", in the TCP client's lesson.
pub(crate) const LESSON_OWN_SERVER: &str = "lesson-own-server";
pub(crate) const LESSON_SUMMARY: &str = "lesson-summary";

/// A program of the session: `code-file-server`.
pub(crate) fn code_file(name: &str) -> String {
    CODE_FILE.to_owned() + name
}

/// A socket in the list.
pub(crate) fn socket(id: impl std::fmt::Display) -> String {
    format!("socket-{id}")
}

/// A lane's head: `lane-3` for the session's socket 3, `lane-outside-127.0.0.1:53122` for a peer outside.
pub(crate) fn lane(name: impl std::fmt::Display) -> String {
    format!("lane-{name}")
}

/// The button that chooses a call: `call-bind`. `data-now`: whether it makes sense now.
pub(crate) fn call(op: &str) -> String {
    format!("call-{op}")
}

/// Ends a waiting call's wait (on the stage): `cancel-7`.
pub(crate) fn cancel(call: impl std::fmt::Display) -> String {
    format!("cancel-{call}")
}

/// Starts a lesson: `lesson-tcp-echo`.
pub(crate) fn lesson(name: &str) -> String {
    format!("lesson-{name}")
}

/// A step of the running lesson: `step-3`. `data-state`: `done`, `current`, `ahead`.
pub(crate) fn step(number: usize) -> String {
    format!("step-{number}")
}
