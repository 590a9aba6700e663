//! Versions of tools.

/// `major.minor.patch`, as the first word in a text that begins with a digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// Reads `rustc 1.95.0 (5980...)`, `trunk 0.21.14`, `wasm-opt version 132 (...)`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let word = text
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut numbers = word
            .split(['.', '-', '+'])
            .map_while(|part| part.parse::<u32>().ok());
        let major = numbers.next()?;
        Some(Self(
            major,
            numbers.next().unwrap_or(0),
            numbers.next().unwrap_or(0),
        ))
    }
}

/// The version of a package that a `Cargo.lock` has settled on.
pub(crate) fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_tools_print() {
        let find = |text| Version::find(text).unwrap();
        assert_eq!(
            find("rustc 1.95.0 (59807616e 2026-04-14)"),
            Version(1, 95, 0)
        );
        assert_eq!(
            find("wasm-opt version 132 (version_132-1-gabc)"),
            Version(132, 0, 0)
        );
        assert_eq!(
            find("rustc 1.97.0-nightly (abc 2026-05-19)"),
            Version(1, 97, 0)
        );
        assert!(Version::find("no number").is_none());
        assert!(Version(1, 100, 0) > Version(1, 95, 9));
    }

    #[test]
    fn a_lock_file_names_one_version() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked(lock, "yew"), None);
    }
}
