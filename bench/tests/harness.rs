//! The harness itself works: every measure that needs no bridge runs, all its figures are written down,
//! and nothing is lost where nothing can be.

use std::{fs, process::Command};

use serde_json::Value;

const REPEATED: [&str; 7] = [
    "download",
    "upload",
    "echo",
    "ping",
    "ping-beside",
    "open-one",
    "open-many",
];

#[test]
fn figures_of_a_short_run_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("relay.jsonl");
    let output = Command::new(env!("CARGO_BIN_EXE_sockscope-bench"))
        .args(["relay", "--quick", "--rounds", "1", "--window", "0.05"])
        .args(["--contenders", "direct,forward", "--json"])
        .arg(&json)
        .env_remove("SOCKSCOPE_BRIDGE")
        .env_remove("SOCKSCOPE_PEERS")
        .output()
        .unwrap();
    let (table, progress) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{progress}");
    let lines: Vec<Value> = fs::read_to_string(json)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for field in ["processor", "cores", "kernel", "date", "command"] {
        assert!(!lines[0][field].is_null(), "{}", lines[0]);
    }
    let figures = |contender: &str, measure: &str| {
        let of = |line: &&Value| line["contender"] == contender && line["measure"] == measure;
        let mut found = lines.iter().filter(of);
        let line = found.next().unwrap_or_else(|| panic!("no {measure}"));
        assert!(found.next().is_none(), "one round was asked for");
        assert_eq!(line["round"], 1);
        let figures = line["figures"].as_object();
        figures.unwrap_or_else(|| panic!("{line}")).clone()
    };
    for contender in ["direct", "forward"] {
        for measure in REPEATED {
            for (name, value) in figures(contender, measure) {
                assert!(
                    value.as_f64().is_some_and(|it| it >= 0.0),
                    "{name}: {value}"
                );
            }
        }
        assert!(figures(contender, "upload")["mib_per_s"].as_f64() > Some(0.0));
    }
    assert!(figures("forward", "download").contains_key("cpu_s_per_gib"));
    assert!(figures("forward", "idle").contains_key("kib_each"));
    // A relay of plain TCP has no excuse to lose anything, nor to hoard.
    for measure in ["sent-and-closed", "half-closed", "last-bytes"] {
        assert_eq!(figures("forward", measure)["share"], 1.0, "{measure}");
    }
    for measure in ["stopped-reader", "stopped-target"] {
        let grown = figures("forward", measure)["grown_mib"].as_f64();
        assert!(grown.is_some_and(|mib| mib < 4.0), "{measure}: {grown:?}");
    }
    for word in ["| direct |", "| forward |", "download, MiB/s"] {
        assert!(table.contains(word), "{table}");
    }
}

#[test]
fn an_unknown_contender_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_sockscope-bench"))
        .args(["relay", "--contenders", "nobody"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("wisp-python"), "{words}");
}
