//! Wireshark's tshark: the one that `SOCKSCOPE_TSHARK` names, or the one on the `PATH`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use sockscope_frontend::recording::Log;

/// A packet as tshark reads it.
#[derive(Debug)]
pub(crate) struct Packet {
    /// Microseconds since 1970.
    pub(crate) time: u64,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    /// None of UDP.
    pub(crate) tcp: Option<Tcp>,
    /// What is at hand of its payload, and how long that was.
    pub(crate) payload: Vec<u8>,
    pub(crate) length: usize,
    /// All checksums are there and right.
    pub(crate) sound: bool,
    /// What the analysis of TCP finds remarkable.
    pub(crate) remarks: String,
    pub(crate) comment: String,
}

#[derive(Debug)]
pub(crate) struct Tcp {
    pub(crate) connection: usize,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    /// Of FIN, SYN, RST, PSH and ACK their first letters.
    pub(crate) flags: String,
}

const FIELDS: [&str; 24] = [
    "frame.time_epoch",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "tcp.srcport",
    "tcp.dstport",
    "udp.srcport",
    "udp.dstport",
    "tcp.stream",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.flags",
    "tcp.len",
    "udp.length",
    "tcp.payload",
    "udp.payload",
    "ip.checksum.status",
    "tcp.checksum.status",
    "udp.checksum.status",
    "tcp.analysis.flags",
    "_ws.col.Info",
    "_ws.malformed",
    "frame.comment",
];

/// Writes the packets of a session into a file.
pub(crate) fn file(log: &Log) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log.pcapng().concat()).unwrap();
    file
}

/// What tshark prints of a file. Only the protocols that are exported are looked for: what a payload
/// or a port reminds of is nobody's business here.
pub(crate) fn tshark(file: &Path, arguments: &[&str]) -> String {
    let program = std::env::var("SOCKSCOPE_TSHARK").unwrap_or_else(|_| "tshark".to_owned());
    let mut command = Command::new(program);
    command.arg("-n").arg("-r").arg(file).args(arguments);
    for ports in ["tcp", "udp"] {
        command.arg("-d").arg(format!("{ports}.port==0-65535,data"));
    }
    for preference in [
        "ip.check_checksum",
        "tcp.check_checksum",
        "udp.check_checksum",
    ] {
        command.arg("-o").arg(format!("{preference}:TRUE"));
    }
    let output = command
        .output()
        .expect("tshark does not start; `cargo xtask setup` installs it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("appears"), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The packets of a session.
pub(crate) fn read(log: &Log) -> Vec<Packet> {
    let fields = FIELDS.iter().flat_map(|field| ["-e", field]);
    let mut arguments = vec!["-T", "fields"];
    arguments.extend(fields);
    let text = tshark(file(log).path(), &arguments);
    text.lines().map(packet).collect()
}

fn packet(line: &str) -> Packet {
    let words: Vec<_> = line.split('\t').collect();
    let field = |name: &str| {
        let at = FIELDS.iter().position(|field| *field == name).unwrap();
        words[at]
    };
    let either = |one: &str, other: &str| match field(one) {
        "" => field(other).to_owned(),
        value => value.to_owned(),
    };
    let address = |end: &str| {
        let ip = either(&format!("ip.{end}"), &format!("ipv6.{end}"));
        let port = either(&format!("tcp.{end}port"), &format!("udp.{end}port"));
        SocketAddr::new(ip.parse().expect(line), port.parse().expect(line))
    };
    assert_eq!(field("_ws.malformed"), "", "{line}");
    let (seconds, rest) = field("frame.time_epoch").split_once('.').unwrap();
    let time = format!("{seconds}{}", &rest[..6]).parse().unwrap();
    let tcp = (!field("tcp.flags").is_empty()).then(|| {
        let bits = u32::from_str_radix(&field("tcp.flags")[2..], 16).unwrap();
        let letters = "FSRPA".chars().enumerate();
        Tcp {
            connection: field("tcp.stream").parse().unwrap(),
            seq: field("tcp.seq_raw").parse().unwrap(),
            ack: field("tcp.ack_raw").parse().unwrap(),
            flags: letters
                .filter(|(bit, _)| bits & 1 << bit != 0)
                .map(|(_, letter)| letter)
                .collect(),
        }
    });
    let length = match field("udp.length") {
        "" => field("tcp.len").parse().unwrap(),
        length => length.parse::<usize>().unwrap() - 8,
    };
    let transport = either("tcp.checksum.status", "udp.checksum.status");
    let ip = matches!(field("ip.checksum.status"), "1" | "");
    Packet {
        time,
        from: address("src"),
        to: address("dst"),
        tcp,
        payload: unhex(&either("tcp.payload", "udp.payload")),
        length,
        sound: ip && transport == "1",
        remarks: field("tcp.analysis.flags").to_owned(),
        comment: field("frame.comment").to_owned(),
    }
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// What one end of a connection says to the other, as `follow,tcp,raw` has it: the one that spoke
/// first, and the other one.
pub(crate) fn follow(file: &Path, connection: usize) -> [Vec<u8>; 2] {
    let what = format!("follow,tcp,raw,{connection}");
    let text = tshark(file, &["-q", "-z", &what]);
    let mut said = [Vec::new(), Vec::new()];
    for line in text.lines() {
        let bare = line.trim_start_matches('\t');
        if !bare.is_empty() && bare.chars().all(|digit| digit.is_ascii_hexdigit()) {
            said[usize::from(line.starts_with('\t'))].extend(unhex(bare));
        }
    }
    said
}
