//! The bridge's binary.
fn main() {}
