use bytes::Bytes;
use proptest::prelude::*;
use sockscope_frontend::model::{Entry, Model};
use sockscope_protocol::{CallId, Data, DataFlags, Event, EventBody, SocketId};

use super::*;

fn model(pieces: &[Vec<u8>]) -> Model {
    let mut model = Model::default();
    let mut offset = 0;
    for (seq, piece) in (1..).zip(pieces) {
        model.apply(Entry::Event(Event {
            seq: Seq(seq),
            time: seq,
            body: EventBody::Received(Data {
                call: CallId(seq),
                socket: SocketId(1),
                offset,
                flags: DataFlags::default(),
                size: u32::try_from(piece.len()).unwrap(),
                address: None,
                payload: Bytes::from(piece.clone()),
            }),
        }));
        offset += piece.len() as u64;
    }
    model
}

proptest! {
    #[test]
    fn any_window_shows_the_lines_that_all_have(
        pieces in prop::collection::vec(prop::collection::vec(prop::sample::select(b"ab\n\xe4\xbd\xa0".to_vec()), 1..60), 1..6),
        hex: bool,
        breaks: bool,
        first in 0_u64..80,
        count in 1_usize..20,
    ) {
        let model = model(&pieces);
        let socket = model.socket(SocketId(1)).unwrap();
        let layout = Layout { only: None, hex, width: 8, breaks, codecs: [Codec::utf8(); 2] };
        let mut list = List::default();
        // A byte per turn: what is counted in slices is counted as at once.
        while !list.update(socket, layout, 1) {}
        let end = usize::try_from(list.end()).unwrap();
        let all = list.lines(socket, 0, end + 1);
        prop_assert_eq!(all.len(), end);
        let mut at = std::collections::HashMap::new();
        for (number, line) in (0..).zip(&all) {
            let place = at.entry(line.part.seq).or_insert(0);
            if let Some((from, to)) = line.bytes {
                prop_assert_eq!(from, *place);
                *place = to;
                prop_assert_eq!(list.line_of(socket, line.part.seq, from), Some(number));
            }
        }
        for (seq, piece) in (1..).zip(&pieces) {
            prop_assert_eq!(at[&Seq(seq)], piece.len());
        }
        let first = first.min(list.end());
        let window = list.lines(socket, first, count);
        let from = usize::try_from(first).unwrap();
        prop_assert_eq!(&window[..], &all[from..(from + count).min(all.len())]);
    }
}
