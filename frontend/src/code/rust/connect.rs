//! The calls in Rust that make a connection: how depends on what the socket is by then.

use sockscope_protocol::Family;

use super::{Writer, Written, parts};
use crate::code::shape::{Kind, Plan};
use crate::code::step::{End, Place, Remark, Step};
use crate::code::write::fill;

impl Writer<'_> {
    pub(super) fn accepted(&mut self, conn: usize, from: Kind, step: &Step, made: &mut Written) {
        let mutable = self.mutable(conn);
        let Some(source) = self.program.sources.get(conn) else {
            return;
        };
        let values = [('c', &*source.name), ('m', mutable)];
        if from == Kind::Listener {
            made.bind = fill("let ($m$c, _) = ", &values);
        } else {
            made.bind = fill("let ($c, _) = ", &values);
            made.after = fill("let $m$c: TcpStream = $c.into();", &values);
        }
        if step.patience.is_some_and(|time| time > 0) && !self.tokio {
            // Linux lets it inherit the timeout.
            let reset = fill(
                "$c.set_read_timeout(None)?;\n$c.set_write_timeout(None)?;",
                &values,
            );
            made.after = [made.after.as_str(), &reset]
                .join("\n")
                .trim_start()
                .to_owned();
        }
        self.kinds[conn] = Kind::Stream;
    }

    pub(super) fn connect(
        &mut self,
        step: &Step,
        plan: Plan,
        place: &Place,
        family: Family,
        s: &str,
        made: &mut Written,
    ) {
        let kind = self.kind(step);
        let mutable = self.mutable(step.socket);
        let of = |text: &str| fill(text, &[('s', s), ('m', mutable)]);
        made.waits = true;
        if plan == Plan::Stream && kind == Kind::None {
            self.collect(step);
            made.bind = of("let $m$s = ");
            made.call = ["TcpStream::connect(", &parts::tuple(place, family), ")"].concat();
            if matches!(step.end, End::Ok | End::Waiting) {
                self.set_kind(step, Kind::Stream);
                made.remark = (step.end == End::Ok).then_some(Remark::Together("socket, connect"));
            }
            return;
        }
        let address = parts::address(place, family);
        if self.is_datagram(step) && kind == Kind::Udp {
            made.call = [s, ".connect(", &parts::tuple(place, family), ")"].concat();
        } else if self.tokio && kind == Kind::Raw && !self.is_datagram(step) {
            made.call = [s, ".connect(", &address, ")"].concat();
            made.bind = of("let $m$s = ");
            let good = matches!(step.end, End::Ok | End::Waiting);
            self.set_kind(step, if good { Kind::Stream } else { Kind::None });
        } else {
            made.waits = false;
            let target = if kind == Kind::Raw {
                of("$s")
            } else {
                of("SockRef::from(&$s)")
            };
            made.call = match step.patience.filter(|time| *time > 0) {
                Some(time) if !self.tokio => {
                    let time = parts::duration(time);
                    [
                        &target,
                        ".connect_timeout(&",
                        &address,
                        ".into(), ",
                        &time,
                        ")",
                    ]
                    .concat()
                }
                _ => [&target, ".connect(&", &address, ".into())"].concat(),
            };
        }
    }
}
