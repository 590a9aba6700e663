use bytes::Bytes;
use gloo_events::EventListener;
use js_sys::{ArrayBuffer, Uint8Array};
use sockscope_protocol::{ClientMessage, SUBPROTOCOL, WS_PATH};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// What a connection reports.
#[derive(Debug)]
pub enum Incoming {
    /// The handshake is done.
    Opened,
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Bytes),
    /// It is over, with its close code (RFC 6455 section 7.4).
    Closed(u16),
}

/// A browser's WebSocket to the bridge that served the page. Dropping it closes it, and nothing is
/// heard of it any more.
#[derive(Debug)]
pub struct Connection {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

impl Connection {
    /// Begins to connect to `bridge` (a host and port), or to where the page came from. `report` is
    /// called for all that comes of it.
    ///
    /// # Errors
    /// The browser's error when it refuses at once.
    pub fn open(
        bridge: Option<&str>,
        report: impl Fn(Incoming) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str(&url(bridge)?, SUBPROTOCOL)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opened = report.clone();
        let message = report.clone();
        let listeners = [
            EventListener::new(&socket, "open", move |_| opened(Incoming::Opened)),
            EventListener::new(&socket, "message", move |event| {
                if let Some(incoming) = read(event) {
                    message(incoming);
                }
            }),
            EventListener::new(&socket, "close", move |event| {
                // 1006: closed without a word (RFC 6455 section 7.4.1).
                let code = event.dyn_ref().map_or(1006, CloseEvent::code);
                report(Incoming::Closed(code));
            }),
        ];
        Ok(Self {
            socket,
            _listeners: listeners,
        })
    }

    /// Bytes that were given to the browser and not yet to the network.
    #[must_use]
    pub fn buffered(&self) -> u32 {
        self.socket.buffered_amount()
    }

    /// Sends a text message. An error means that the connection is over, which is reported.
    pub fn text(&self, message: &ClientMessage) {
        let _ = self.socket.send_with_str(&message.json());
    }

    /// Sends a binary message. An error means that the connection is over, which is reported.
    pub fn binary(&self, message: &[u8]) {
        let _ = self.socket.send_with_u8_array(message);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

fn read(event: &web_sys::Event) -> Option<Incoming> {
    let data = event.dyn_ref::<MessageEvent>()?.data();
    if let Some(text) = data.as_string() {
        return Some(Incoming::Text(text));
    }
    let buffer = data.dyn_into::<ArrayBuffer>().ok()?;
    Some(Incoming::Binary(Uint8Array::new(&buffer).to_vec().into()))
}

fn url(bridge: Option<&str>) -> Result<String, JsValue> {
    let location = web_sys::window().ok_or(JsValue::NULL)?.location();
    let scheme = if location.protocol()? == "https:" {
        "wss"
    } else {
        "ws"
    };
    let host = match bridge {
        Some(bridge) => bridge.to_owned(),
        None => location.host()?,
    };
    Ok(format!("{scheme}://{host}{WS_PATH}"))
}
