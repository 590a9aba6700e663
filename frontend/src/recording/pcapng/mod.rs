//! A recording as packets, for Wireshark and its like: pcapng (draft-ietf-opsawg-pcapng).
//!
//! Nobody captured these packets; they are made from the calls. What of them is known, what follows
//! from what is known and what is made up stands in the file's own comment ([`COMMENT`]), and in full
//! in the section "pcapng" of the format's description.

mod blocks;
mod conversation;
mod datagrams;
mod ends;
mod headers;

use conversation::Conversation;
use datagrams::Datagrams;
use ends::{Ends, What};

use self::blocks::Writer;
use super::Log;

/// What the file says of itself.
const COMMENT: &str = "Made by Sockscope from a recording of socket calls; nothing was captured from a \
network. Known: addresses, ports, payloads, the times of the calls. Inferred, and marked so: SYN, FIN, \
RST, and acknowledgements without data. Made up: where segments begin and end (one for each call, as far \
as it fits), initial sequence numbers, windows, options, TTL, checksums of what is whole. A packet whose \
payload the log does not hold is cut short. 0.0.0.0, :: and port 0 stand for what is not known.";

impl Log {
    /// The session as a pcapng file, piece by piece. Bytes that went from one socket of the session to
    /// another are in it once, as they were sent.
    #[must_use]
    pub fn pcapng(&self) -> Vec<Vec<u8>> {
        let Ends {
            mut ends, steps, ..
        } = Ends::of(self);
        let mut conversations = Vec::new();
        for at in 0..ends.len() {
            let known = ends[at].pair.and_then(|pair| ends[pair].place);
            ends[at].place = match known {
                Some((conversation, side)) => Some((conversation, 1 - side)),
                None => Conversation::between(&ends, at, conversations.len()).map(|conversation| {
                    conversations.push(conversation);
                    (conversations.len() - 1, usize::from(ends[at].accepted))
                }),
            };
        }
        let epoch = self.welcome().map_or(0, |welcome| welcome.epoch_us);
        let mut datagrams = Datagrams::of(self, &ends, &steps);
        let mut writer = Writer::default();
        let mut next = 1;
        let (mut missing, mut unaddressed) = (0, 0);
        for event in self.events() {
            missing += event.seq.0.saturating_sub(next);
            next = event.seq.0.saturating_add(1);
        }
        for (at, step) in steps.iter().enumerate() {
            let Some(event) = self.get(step.event) else {
                continue;
            };
            writer.at(epoch.wrapping_add(event.time), event.seq);
            let end = &ends[step.end];
            let told = match end.place {
                Some((conversation, side)) => {
                    let conversation: &mut Conversation = &mut conversations[conversation];
                    conversation.step(side, end, &step.what, &event.body, &mut writer);
                    true
                }
                None => match step.what {
                    What::Moved if end.is_stream() => false,
                    What::Moved => datagrams.step(at, &event.body, &mut writer),
                    _ => true,
                },
            };
            unaddressed += u64::from(!told);
        }
        let mut comment = COMMENT.to_owned();
        for (what, count) in [
            (" Events missing in the recording: ", missing),
            (
                " Left out, because nobody knows their addresses: payloads of ",
                unaddressed,
            ),
        ] {
            if count > 0 {
                comment += what;
                comment += &count.to_string();
                comment.push('.');
            }
        }
        let os = self.welcome().map_or("", |welcome| &welcome.platform.os);
        writer.finish(&comment, os)
    }
}
