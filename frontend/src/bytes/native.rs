//! The native stand-in for the browser's decoder: the Encoding Standard's own implementation.

use std::sync::LazyLock;

use super::{Codec, Encoding, Gbk, GbkDecoder};

struct Native;

impl GbkDecoder for Native {
    fn decode(&self, bytes: &[u8]) -> String {
        encoding_rs::GBK
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    }
}

thread_local! {
    static GBK: LazyLock<&'static Gbk> = LazyLock::new(|| Box::leak(Box::new(Gbk::new(Box::new(Native)))));
}

pub(super) fn codec(encoding: Encoding) -> Codec {
    Codec::new(encoding, || GBK.with(|gbk| **gbk))
}
