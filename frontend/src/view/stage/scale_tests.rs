use proptest::prelude::*;

use super::*;

const STEPS: [Steps; 4] = [
    Steps::Equal,
    Steps::Time {
        zoom: 8,
        fold: true,
    },
    Steps::Time {
        zoom: 20,
        fold: true,
    },
    Steps::Time {
        zoom: 28,
        fold: false,
    },
];

fn scale(times: &[u64], steps: Steps) -> Scale {
    let mut scale = Scale::default();
    scale.update(&times.iter().copied().collect(), 1, steps);
    scale
}

fn times(gaps: &[u64]) -> Vec<u64> {
    let mut time = 0;
    gaps.iter()
        .map(|gap| {
            time += gap;
            time
        })
        .collect()
}

#[test]
fn a_microsecond_and_an_hour_can_be_seen() {
    let near = scale(
        &[0, 1],
        Steps::Time {
            zoom: 28,
            fold: true,
        },
    );
    assert_eq!(near.y(1) - near.y(0), 10);
    let hours = 3 * 3_600 * 1_000_000;
    let far = scale(
        &[0, hours],
        Steps::Time {
            zoom: -12,
            fold: false,
        },
    );
    assert_eq!(far.y(1) - far.y(0), 11);
    assert_eq!(zoom_for(hours, 11), -12);
}

#[test]
fn a_long_silence_is_folded_and_counted() {
    // A pixel is a millisecond.
    let steps = Steps::Time {
        zoom: 12,
        fold: true,
    };
    let folded = scale(&[0, 100_000, 90_100_000, 90_200_000], steps);
    let places: Vec<i32> = (0..4).map(|row| folded.y(row) - TOP).collect();
    assert_eq!(places, [0, 100, 100 + FOLD, 200 + FOLD]);
    assert_eq!(
        folded.folds_between(0, 9),
        [Fold {
            after: 1,
            us: 90_000_000
        }]
    );
    assert_eq!(folded.at(90_150_000), TOP + 150 + FOLD);
    let whole = scale(
        &[0, 100_000, 90_100_000],
        Steps::Time {
            zoom: 12,
            fold: false,
        },
    );
    assert_eq!(whole.y(2) - TOP, 90_100);
}

#[test]
fn ticks_stand_at_round_times_and_in_no_fold() {
    let steps = Steps::Time {
        zoom: 12,
        fold: true,
    };
    let folded = scale(&[0, 130_000, 90_100_000, 90_300_000], steps);
    let (step, ticks) = folded.ticks((0, 3), 10_000);
    assert_eq!(step, 100_000);
    assert_eq!(
        ticks,
        [
            0, 100_000, 90_100_000, 90_200_000, 90_300_000, 90_400_000, 90_500_000
        ]
    );
}

proptest! {
    #[test]
    fn however_it_grew_every_row_is_in_its_place(
        gaps in prop::collection::vec(prop_oneof![0..50_u64, 0..100_000_u64, 0..5_000_000_000_u64], 1..200),
        which in 0..4_usize,
        cuts in prop::collection::vec(0..200_usize, 0..6),
    ) {
        let (times, steps) = (times(&gaps), STEPS[which]);
        let mut grown = Scale::default();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(times.len())).collect();
        cuts.sort_unstable();
        for cut in cuts {
            grown.update(&times[..cut].iter().copied().collect(), 1, steps);
        }
        grown.update(&times.iter().copied().collect(), 1, steps);
        let at_once = scale(&times, steps);
        let folds = matches!(steps, Steps::Time { fold: true, .. });
        for row in 0..times.len() {
            if steps.is_equal() || folds {
                prop_assert_eq!(grown.y(row), at_once.y(row));
            }
            prop_assert!(row == 0 || grown.y(row) >= grown.y(row - 1));
            if !steps.is_equal() {
                // Several rows may share a time; it stands where the last of them does.
                let last = times.partition_point(|time| *time <= times[row]) - 1;
                prop_assert_eq!(grown.at(times[row]), grown.y(last));
            }
        }
    }

    #[test]
    fn no_row_in_a_window_is_missed(
        gaps in prop::collection::vec(prop_oneof![0..50_u64, 0..100_000_u64, 0..5_000_000_000_u64], 1..200),
        which in 0..4_usize,
        top in -100..20_000_i32,
    ) {
        let (times, bottom) = (times(&gaps), top + 800);
        let scale = scale(&times, STEPS[which]);
        let (first, last) = scale.rows_between(top, bottom);
        for row in 0..times.len() {
            if scale.bottom(row) > top && scale.y(row) < bottom {
                prop_assert!(first <= row && row <= last, "{row} of {first}..={last}");
            }
        }
    }
}
