//! What only the browser has: its decoder of GBK.

use sockscope_frontend::bytes::{Codec, Encoding, Gbk, GbkDecoder};
use web_sys::TextDecoder;

/// `TextDecoder` is the Encoding Standard itself, so nothing of it has to be in the page. The table is
/// read out of it once, when GBK is first chosen.
struct Browser(TextDecoder);

impl GbkDecoder for Browser {
    fn decode(&self, bytes: &[u8]) -> String {
        self.0.decode_with_u8_array(bytes).unwrap_or_default()
    }
}

/// A browser that knows no GBK, against its standard: everything is invalid, and says so.
struct Nothing;

impl GbkDecoder for Nothing {
    fn decode(&self, _: &[u8]) -> String {
        String::new()
    }
}

thread_local! {
    static GBK: &'static Gbk = {
        let decoder: Box<dyn GbkDecoder> = match TextDecoder::new_with_label("gbk") {
            Ok(decoder) => Box::new(Browser(decoder)),
            Err(_) => Box::new(Nothing),
        };
        Box::leak(Box::new(Gbk::new(decoder)))
    };
}

/// Reads and writes text in an encoding.
pub(in crate::view) fn codec(encoding: Encoding) -> Codec {
    Codec::new(encoding, || GBK.with(|gbk| *gbk))
}
