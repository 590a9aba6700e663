//! What the kernel shows of a socket.

use sockscope_frontend::model::Socket;
use sockscope_protocol::Platform;
use yew::prelude::*;

use crate::i18n::{Inspector, Messages};
use crate::view::{format, testid};

/// A figure: what it is, what it counts, its test id, its value, and whether the platform tells it.
struct Figure {
    name: &'static str,
    title: Option<&'static str>,
    id: Option<&'static str>,
    value: Option<String>,
    shown: bool,
}

pub(super) fn kernel(socket: &Socket, platform: Option<&Platform>, t: &Messages) -> Html {
    let texts = &t.inspector;
    let figures = figures(socket, platform, texts);
    html! {
        <section class="section" key={format!("kernel-{}", socket.id)} data-testid={testid::KERNEL}
            aria-labelledby="kernel-title">
            <h2 id="kernel-title">{ texts.kernel }</h2>
            <dl class="facts">
                { for figures.into_iter().map(|figure| html! {
                    <div key={figure.name} class="fact">
                        <dt title={figure.title}>{ figure.name }</dt>
                        <dd class={figure.value.is_none().then_some("absent")} data-testid={figure.id}>
                            { match (figure.value, figure.shown) {
                                (Some(value), _) => value,
                                (None, true) => texts.none_yet.to_owned(),
                                (None, false) => texts.unavailable.to_owned(),
                            } }
                        </dd>
                    </div>
                }) }
            </dl>
        </section>
    }
}

fn figures(socket: &Socket, platform: Option<&Platform>, t: &Inspector) -> Vec<Figure> {
    let queues = platform.is_none_or(|platform| platform.queues);
    let info = platform.is_none_or(|platform| platform.tcp_info);
    let seen = &socket.kernel;
    let figure = |name, value, shown| Figure {
        name,
        title: None,
        id: None,
        value,
        shown,
    };
    let bytes = |count: Option<u32>| count.map(|count| format::bytes(u64::from(count)));
    if socket.backlog().is_some() {
        let queue = seen.accept_queue;
        return vec![Figure {
            title: Some(t.accept_q_title),
            id: Some(testid::KERNEL_ACCEPT_Q),
            ..figure(
                t.accept_q,
                queue.map(|queue| format!("{} / {}", queue.length, queue.backlog)),
                info,
            )
        }];
    }
    let mut figures = vec![
        Figure {
            title: Some(t.recv_q_title),
            id: Some(testid::KERNEL_RECV_Q),
            ..figure(t.recv_q, bytes(seen.recv_queue), queues)
        },
        Figure {
            title: Some(t.send_q_title),
            id: Some(testid::KERNEL_SEND_Q),
            ..figure(t.send_q, bytes(seen.send_queue), queues)
        },
    ];
    if socket.is_stream() {
        let tcp = seen.tcp;
        let window = |bytes: u32| (bytes > 0).then(|| format::bytes(u64::from(bytes)));
        figures.extend([
            Figure {
                id: Some(testid::KERNEL_RTT),
                ..figure(
                    t.rtt,
                    tcp.map(|tcp| {
                        let spread = format::duration(u64::from(tcp.rtt_var_us));
                        format!("{} ± {spread}", format::duration(u64::from(tcp.rtt_us)))
                    }),
                    info,
                )
            },
            figure(
                t.retransmits,
                tcp.map(|tcp| tcp.retransmits.to_string()),
                info,
            ),
            figure(
                t.window,
                tcp.map(|tcp| (t.segments)(tcp.congestion_window, tcp.mss)),
                info,
            ),
            figure(
                t.receive_window,
                tcp.and_then(|tcp| window(tcp.receive_window)),
                info,
            ),
            figure(
                t.send_window,
                tcp.and_then(|tcp| window(tcp.send_window)),
                info,
            ),
        ]);
    }
    figures
}
