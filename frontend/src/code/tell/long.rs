//! Where long bytes stand: in the program, or in a file beside it.

use bytes::Bytes;

use crate::code::Program;
use crate::code::literal::{is_text, period};
use crate::code::step::{Act, Data};

/// Bytes that stand in a program as text, and others; more are read from a file.
pub(super) const LITERAL_TEXT: usize = 512;
const LITERAL: usize = 128;
/// Bytes up to so many are written out even if they repeat a part.
const WRITTEN_OUT: usize = 40;
/// The longest part that is looked for in bytes that repeat it.
const PERIOD: usize = 64;

/// Decides where long bytes stand.
pub(super) fn settle(program: &mut Program) {
    let files = &mut program.files;
    for step in &mut program.steps {
        let (Act::Send(data) | Act::SendAll(data) | Act::SendTo(_, data)) = &mut step.act else {
            continue;
        };
        if let Data::Long(parts) = data {
            let length: usize = parts.iter().map(Bytes::len).sum();
            let whole = period(parts, PERIOD).filter(|(_, times)| *times > 1);
            *data = match whole.filter(|_| length > WRITTEN_OUT) {
                Some((unit, times)) => Data::Repeat(unit, times),
                None if length <= LITERAL_TEXT => {
                    let all = Bytes::from(parts.concat());
                    if length <= LITERAL || is_text(&all) {
                        Data::Bytes(all)
                    } else {
                        file(files, &program.name, parts)
                    }
                }
                None => file(files, &program.name, parts),
            };
        }
    }
}

fn file(files: &mut Vec<(String, Vec<Bytes>)>, program: &str, parts: &mut Vec<Bytes>) -> Data {
    let name = program.to_owned() + "-" + &(files.len() + 1).to_string() + ".bin";
    files.push((name, std::mem::take(parts)));
    Data::File(files.len() - 1)
}
