use sockscope_protocol::{Failure, Value};

use super::*;

const SOCKET: SocketId = SocketId(3);

fn sizes(uploads: &mut Uploads, limits: &Limits) -> Vec<u64> {
    let mut sizes = Vec::new();
    let mut call = 0;
    while let Some(slice) = uploads.next(SOCKET, sizes.iter().sum(), limits) {
        let len = slice.end - slice.start;
        assert_eq!(slice.start, sizes.iter().sum::<u64>());
        uploads.handed(SOCKET, CallId(call), len);
        sizes.push(len);
        call += 1;
    }
    sizes
}

#[test]
fn slices_wait_for_room_and_add_up_to_the_file() {
    let limits = Limits::default();
    let mut uploads = Uploads::default();
    assert!(uploads.begin(SOCKET, "film.mp4".into(), 10 * SLICE + 5));
    assert!(!uploads.begin(SOCKET, "other".into(), 1), "one at a time");
    assert_eq!(sizes(&mut uploads, &limits), [SLICE; 4]);
    let mut read = 4 * SLICE;
    for call in 0..20 {
        uploads.returned(CallId(call), &Outcome::Ok(Value::Count(SLICE)));
        let waiting = uploads.get(SOCKET).unwrap().waiting();
        if let Some(slice) = uploads.next(SOCKET, waiting, &limits) {
            assert_eq!(slice.start, read);
            read = slice.end;
            uploads.handed(SOCKET, CallId(call + 4), slice.end - slice.start);
        }
    }
    assert_eq!(read, 10 * SLICE + 5);
    assert_eq!(uploads.get(SOCKET).unwrap().state, UploadState::Done);
}

#[test]
fn a_slice_that_fails_ends_the_file_and_what_follows_it() {
    let limits = Limits::default();
    let mut uploads = Uploads::default();
    uploads.begin(SOCKET, "f".into(), 10 * SLICE);
    assert_eq!(sizes(&mut uploads, &limits).len(), 4);
    let reset = Outcome::Errno(Failure {
        number: 104,
        name: "ECONNRESET".into(),
        message: "Connection reset by peer".into(),
        held_by: None,
    });
    uploads.returned(CallId(1), &reset);
    assert_eq!(uploads.next(SOCKET, 0, &limits), None);
    assert_eq!(
        uploads.get(SOCKET).unwrap().state,
        UploadState::Failed(reset)
    );
    assert_eq!(uploads.stray(), [CallId(0), CallId(2), CallId(3)]);
    assert_eq!(uploads.stray(), []);
}

#[test]
fn an_empty_file_is_sent_at_once_and_a_cancelled_one_stays_so() {
    let mut uploads = Uploads::default();
    uploads.begin(SOCKET, "empty".into(), 0);
    assert_eq!(uploads.get(SOCKET).unwrap().state, UploadState::Done);
    uploads.begin(SOCKET, "f".into(), 10);
    uploads.next(SOCKET, 0, &Limits::default());
    uploads.handed(SOCKET, CallId(9), 10);
    assert_eq!(uploads.stop(SOCKET, UploadState::Cancelled), [CallId(9)]);
    uploads.returned(CallId(9), &Outcome::Ok(Value::Count(10)));
    assert_eq!(uploads.get(SOCKET).unwrap().state, UploadState::Cancelled);
}
