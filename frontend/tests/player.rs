//! A film of a session: wherever it is, it shows what the session was then.

mod common;

use common::{any, welcome};
use proptest::prelude::*;
use sockscope_frontend::model::{Entry, Model};
use sockscope_frontend::recording::{Log, Player};
use sockscope_protocol::{CallId, Event, EventBody, Outcome, Seq, Value};

fn logged(events: &[Event]) -> Log {
    let mut log = Log::default();
    log.take(&Entry::Welcome(Box::new(welcome(false, 0))), None);
    for event in events {
        log.take(&Entry::Event(event.clone()), None);
    }
    log
}

/// What the session was after so many events.
fn then(log: &Log, count: usize) -> Model {
    let mut model = log.beginning();
    for event in log.events().take(count) {
        model.apply(Entry::Event(event.clone()));
    }
    model
}

/// Shows the frames up to where the film is; returns how often the clock was looked at.
fn settle(player: &mut Player, log: &Log, shown: &mut Model) -> usize {
    let mut looks = 0;
    let mut arrived = false;
    while !arrived {
        assert!(looks < 100_000, "it never arrives");
        // Three looks in a frame.
        let end = looks + 3;
        arrived = player.advance(log, shown, &mut || {
            looks += 1;
            looks < end
        });
    }
    looks
}

#[derive(Debug, Clone)]
enum Move {
    Time(u64),
    Count(usize),
    Step(bool),
    Run(f64),
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        (0_u64..900).prop_map(Move::Time),
        (0_usize..90).prop_map(Move::Count),
        any::<bool>().prop_map(Move::Step),
        (0.0..300.0_f64).prop_map(Move::Run),
    ]
}

proptest! {
    #[test]
    fn wherever_it_goes_it_shows_what_was_then(
        events in any::log(), moves in prop::collection::vec(a_move(), 0..12),
    ) {
        let log = logged(&events);
        let mut player = Player::new(&log);
        let mut shown = then(&log, log.events().len());
        for step in moves {
            match step {
                Move::Time(time) => player.seek_time(&log, time),
                Move::Count(count) => player.seek(&log, count.min(events.len())),
                Move::Step(forward) => {
                    let before = player.at();
                    player.step(&log, forward);
                    let after = player.at();
                    prop_assert!(after == before || (after > before) == forward);
                }
                Move::Run(elapsed) => {
                    player.playing = true;
                    let before = (player.at(), player.time());
                    player.run(&log, elapsed);
                    prop_assert!((player.at(), player.time()) >= before);
                }
            }
            settle(&mut player, &log, &mut shown);
            let count = log.up_to(player.at());
            prop_assert_eq!(&shown, &then(&log, count));
            prop_assert!(player.time() >= shown.time);
            prop_assert!(log.get(count).is_none_or(|next| next.time >= player.time()));
        }
    }
}

proptest! {
    /// While a film of the session is on, the session goes on.
    #[test]
    fn a_log_that_grows_has_the_stops_of_one_that_is_whole(events in any::log(), cut in 0_usize..80) {
        let whole = logged(&events);
        let mut log = logged(&events[..cut.min(events.len())]);
        let mut player = Player::new(&log);
        for event in &events {
            log.take(&Entry::Event(event.clone()), None);
            player.advance(&log, &mut log.beginning(), &mut || true);
        }
        let expected = Player::new(&whole);
        prop_assert_eq!(player.stops(), expected.stops());
    }
}

/// A session of so many calls, each waiting ten microseconds.
fn long(calls: u64) -> Log {
    let mut session = common::Log::new();
    let socket = session.socket(common::TCP);
    let mut events = session.events.clone();
    for call in 0..calls {
        let id = CallId(1_000 + call);
        let seq = events.len() as u64 + 1;
        let bodies = [
            EventBody::Called {
                call: id,
                request: sockscope_protocol::Call::GetSockName { socket },
            },
            EventBody::Returned {
                call: id,
                took_us: 10,
                blocked: call % 2 == 0,
                outcome: Outcome::Ok(Value::Nothing),
            },
        ];
        for (after, body) in (0..).zip(bodies) {
            events.push(Event {
                seq: Seq(seq + after),
                time: 10 * (seq + after),
                body,
            });
        }
    }
    logged(&events)
}

/// Between two looks at the clock little is told.
const SLICE: usize = 64;

#[test]
fn a_jump_costs_the_way_from_the_nearest_moment_that_is_kept() {
    let log = long(50_000);
    let mut player = Player::new(&log);
    let mut shown = log.beginning();
    let all = settle(&mut player, &log, &mut shown);
    assert!(all >= log.events().len() / SLICE);
    // At twice as many events as there are moments to keep at first, they are twice as far apart.
    for place in [75_000, 74_000, 30_000, 99_999, 1, 12_345, 0, 64_999] {
        player.seek(&log, place);
        let looks = settle(&mut player, &log, &mut shown);
        assert!(looks <= 2_000 / SLICE + 3, "{place}: {looks}");
        assert_eq!(shown.last, player.at());
    }
    assert_eq!(shown, then(&log, 64_999));
}

#[test]
fn a_frame_ends_when_its_time_is_up() {
    let log = long(10_000);
    let mut player = Player::new(&log);
    let mut shown = log.beginning();
    assert!(!player.advance(&log, &mut shown, &mut || false));
    assert_eq!(shown, then(&log, SLICE));
    settle(&mut player, &log, &mut shown);
    player.seek(&log, 19_500);
    settle(&mut player, &log, &mut shown);
    player.seek(&log, 19_900);
    assert!(!player.advance(&log, &mut shown, &mut || false));
    assert_eq!(shown, then(&log, 19_500 + SLICE));
}

#[test]
fn it_stops_where_calls_return_and_where_waits_begin() {
    let log = long(4);
    let events: Vec<_> = log.events().map(|event| event.seq.0).collect();
    let first = events.len() as u64 - 8 + 1;
    let expected = [first, first + 1, first + 3, first + 4, first + 5, first + 7];
    let mut player = Player::new(&log);
    let stops: Vec<_> = player.stops().iter().map(|(stop, _)| *stop).collect();
    assert!(
        stops
            .iter()
            .map(|stop| stop.0)
            .eq([first - 1].into_iter().chain(expected))
    );
    let mut seen = vec![player.at().0];
    while player.at() > Seq(0) {
        player.step(&log, false);
        seen.push(player.at().0);
    }
    seen.reverse();
    assert_eq!(seen[0], 0);
    assert!(stops.iter().all(|stop| seen.contains(&stop.0)));
    player.step(&log, true);
    assert_eq!(player.at(), stops[0]);
}

fn set_speed(player: &mut Player, speed: &str) {
    assert!((0..7).any(|_| {
        player.next_speed();
        player.speed() == speed
    }));
}

#[test]
fn it_runs_at_its_speed_and_stops_at_the_end() {
    let log = long(1_000);
    let mut player = Player::new(&log);
    player.seek(&log, 0);
    player.playing = true;
    set_speed(&mut player, "0.5 ×");
    player.run(&log, 200.0);
    assert_eq!(player.time(), 100);
    set_speed(&mut player, "10 ×");
    player.run(&log, 100.0);
    assert_eq!(player.time(), 1_100);
    player.run(&log, 1e9);
    assert!(!player.playing);
    assert_eq!((player.time(), player.at()), (log.end(), log.last()));
    player.run(&log, 1e9);
    assert_eq!(player.time(), log.end());
}
