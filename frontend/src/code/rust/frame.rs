//! What stands around the calls of a program in Rust: `main`, imports, how to run it.

use super::Writer;
use super::parts::RESOLVE;
use crate::code::step::Act;
use crate::code::write::{Out, arguments, fill, head};
use crate::code::{Language, Line, Words, group};

/// What an item is needed for: a word in the program, its module, its name.
const STD: [(&str, &str, &str); 20] = [
    ("Domain::", "socket2", "Domain"),
    (": Socket", "socket2", "Socket"),
    (" Socket::new", "socket2", "Socket"),
    ("SockRef::", "socket2", "SockRef"),
    ("Type::", "socket2", "Type"),
    ("env::", "std", "env"),
    ("io::", "std", "io"),
    ("thread::", "std", "thread"),
    (")).read(", "std::io", "Read"),
    (".read(", "std::io", "Read"),
    (".read_exact(", "std::io", "Read"),
    (".write(", "std::io", "Write"),
    (".write_all(", "std::io", "Write"),
    ("Shutdown::", "std::net", "Shutdown"),
    ("SocketAddr", "std::net", "SocketAddr"),
    ("TcpListener::", "std::net", "TcpListener"),
    ("TcpStream", "std::net", "TcpStream"),
    ("to_socket_addrs(", "std::net", "ToSocketAddrs"),
    ("UdpSocket", "std::net", "UdpSocket"),
    ("Duration::", "std::time", "Duration"),
];

const TOKIO: [(&str, &str, &str); 21] = [
    ("Domain::", "socket2", "Domain"),
    (" Socket::new", "socket2", "Socket"),
    ("SockRef::", "socket2", "SockRef"),
    ("Type::", "socket2", "Type"),
    ("env::", "std", "env"),
    ("io::", "std", "io"),
    (")).read(", "std::io", "Read"),
    (")).write", "std::io", "Write"),
    ("Shutdown::", "std::net", "Shutdown"),
    ("SocketAddr", "std::net", "SocketAddr"),
    ("Duration::", "std::time", "Duration"),
    (".read(", "tokio::io", "AsyncReadExt"),
    (".read_exact(", "tokio::io", "AsyncReadExt"),
    (".write(", "tokio::io", "AsyncWriteExt"),
    (".write_all(", "tokio::io", "AsyncWriteExt"),
    (".shutdown().", "tokio::io", "AsyncWriteExt"),
    ("TcpListener::", "tokio::net", "TcpListener"),
    ("TcpSocket::", "tokio::net", "TcpSocket"),
    ("TcpStream::", "tokio::net", "TcpStream"),
    ("UdpSocket", "tokio::net", "UdpSocket"),
    ("timeout(", "tokio::time", "timeout"),
];

impl Writer<'_> {
    /// What stands around the calls: `main`, and what it needs.
    pub(super) fn finish(self, words: &Words) -> Vec<Line> {
        let Self {
            mut out,
            program,
            tokio,
            most,
            ..
        } = self;
        out.calls.clear();
        out.put("Ok(())");
        out.indent = 0;
        out.put("}");
        let language = if tokio {
            Language::Tokio
        } else {
            Language::Rust
        };
        let file = program.file(language);
        let others = if tokio {
            vec![
                "tokio = { version = \"1\", features = [\"full\"] }",
                "socket2 = { version = \"0.6\", features = [\"all\"] }",
            ]
        } else {
            vec!["socket2 = { version = \"0.6\", features = [\"all\"] }"]
        };
        let mut main = Out::default();
        if tokio {
            main.put("#[tokio::main]");
        }
        main.put(if tokio {
            "async fn main() -> io::Result<()> {"
        } else {
            "fn main() -> io::Result<()> {"
        });
        main.indent = 4;
        for (at, port) in program.ports.iter().enumerate() {
            let (name, place) = (group::numbered("port", at), (at + 1).to_string());
            let values = [('v', &*name), ('n', &place), ('p', &port.to_string())];
            main.put(&fill(
                "let $v: u16 = env::args().nth($n).map_or($p, |port| port.parse().expect(\"a port\"));",
                &values,
            ));
        }
        if program
            .steps
            .iter()
            .any(|step| matches!(step.act, Act::Recv(_)))
        {
            main.put(&["let mut buffer = vec![0; ", &most.to_string(), "];"].concat());
        }
        if main.lines.len() > 1 + usize::from(tokio) {
            main.put("");
        }
        main.lines.append(&mut out.lines);
        main.indent = 0;
        if main.has("resolve(") {
            main.put("");
            main.put(RESOLVE);
        }
        // What is read through `SockRef` is not what std or tokio read themselves.
        let other = |word: &str, line: &str| word.starts_with('.') && line.contains("(&*SockRef");
        let needs = |word: &str| {
            let mut lines = main.lines.iter().map(|line| line.text.as_str());
            lines.any(|line| line.contains(word) && !other(word, line))
        };
        let socket2 = needs("SockRef::") || needs("Domain::") || needs(": Socket");
        let plain = ["rustc --edition 2021 ", &file, " && ./", &program.name].concat();
        let run = if tokio || socket2 {
            "cargo run --"
        } else {
            &plain
        };
        let mut top = head(
            program,
            words,
            &file,
            &(run.to_owned() + &arguments(program)),
        );
        if tokio || socket2 {
            let wanted = if socket2 { &others[..] } else { &others[..1] };
            top.push(words.dependencies.to_owned());
            top.extend(wanted.iter().map(|one| "  ".to_owned() + one));
        }
        for line in &mut top {
            line.insert_str(0, "//! ");
        }
        top.push(String::new());
        top.extend(imports(if tokio { &TOKIO } else { &STD }, needs));
        top.push(String::new());
        main.after(top)
    }
}

/// The `use` lines that a program needs.
fn imports(
    known: &[(&str, &'static str, &'static str)],
    needs: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut modules = Vec::<(&str, Vec<&str>)>::new();
    for (word, module, item) in known {
        if !needs(word) {
            continue;
        }
        match modules.last_mut() {
            Some((last, items)) if last == module => {
                if !items.contains(item) {
                    items.push(item);
                }
            }
            _ => modules.push((module, vec![item])),
        }
    }
    let line = |(module, items): (&str, Vec<&str>)| match items.as_slice() {
        [item] => ["use ", module, "::", item, ";"].concat(),
        items => ["use ", module, "::{", &items.join(", "), "};"].concat(),
    };
    modules.into_iter().map(line).collect()
}
