//! Lets cargo know that the page is part of the binary.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A release build embeds the page (a development build reads it while it runs). The index names
    // all other files by their hash, so that it changes whenever one of them does.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../dist/index.html");
    }
}
