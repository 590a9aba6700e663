//! Counting tests.

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    /// Sums up the `test result:` lines of libtest.
    pub(crate) fn of(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines() {
            let Some((_, counts)) = line.split_once("test result: ") else {
                continue;
            };
            for part in counts.split([';', '.']) {
                if let Some(count) = count(part, "passed") {
                    sum.passed += count;
                } else if let Some(count) = count(part, "failed") {
                    sum.failed += count;
                }
            }
        }
        sum
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn count(part: &str, what: &str) -> Option<usize> {
    part.trim().strip_suffix(what)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_suites_are_summed() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            \n\
            test result: FAILED. 40 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 2.10s\n";
        assert_eq!(
            Tally::of(output),
            Tally {
                passed: 43,
                failed: 2
            }
        );
        assert_eq!(Tally::of("error: could not compile"), Tally::default());
    }
}
