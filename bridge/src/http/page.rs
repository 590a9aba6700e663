//! The page, embedded into the binary.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest as _, Sha256};

use super::authority::Authority;

/// What Trunk built. A development build reads the files anew for each request.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";

/// How the name of a file's gzipped form ends.
const PACKED: &str = ".gz";

/// What `/` says when the page was not built.
const NO_PAGE: &str = "This bridge was built without its page.\n\
    `cargo xtask run` builds both; `trunk serve` beside this bridge serves the page as well.\n";

/// The file that a request asks for.
pub(super) fn answer(uri: &Uri, request: &HeaderMap) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => INDEX,
        path => path,
    };
    match Dist::get(path).filter(|_| !path.ends_with(PACKED)) {
        Some(file) => serve(path, file, request),
        None if path == INDEX => (StatusCode::NOT_FOUND, NO_PAGE).into_response(),
        None => (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response(),
    }
}

fn serve(path: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
    let hash = BASE64_STANDARD.encode(file.metadata.sha256_hash());
    let packed = takes_gzip(request)
        .then(|| Dist::get(&[path, PACKED].concat()))
        .flatten();
    // The two forms are different representations (RFC 9110 section 8.8.3.3).
    let tag = match packed {
        Some(_) => format!("\"{hash}-gzip\""),
        None => format!("\"{hash}\""),
    };
    // Trunk puts a hash of the content into the names of most files but the index.
    let cache = if has_hash(path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let headers = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::VARY, header::ACCEPT_ENCODING.to_string()),
        (header::ETAG, tag.clone()),
    ];
    if known.is_some_and(|tags| tags.contains(&tag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    match packed {
        Some(packed) => {
            let encoding = [(header::CONTENT_ENCODING, "gzip")];
            (headers, encoding, packed.data.into_owned()).into_response()
        }
        None => (headers, file.data.into_owned()).into_response(),
    }
}

/// Whether a client says that it takes gzip (RFC 9110 section 12.5.3).
fn takes_gzip(request: &HeaderMap) -> bool {
    let lists = request.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        name.trim().eq_ignore_ascii_case("gzip") && weight != Ok(0.0)
    })
}

/// Whether a file's name has a part of 16 hexadecimal digits, as Trunk makes them.
fn has_hash(path: &str) -> bool {
    path.split(['-', '.', '_', '/'])
        .any(|part| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The Content-Security-Policy for a page loaded from `host`: nothing but what this bridge serves,
/// and a WebSocket back to it.
pub(super) fn content_security_policy(host: &Authority) -> Option<HeaderValue> {
    static SCRIPTS: LazyLock<String> = LazyLock::new(inline_scripts);
    // In a development build the page may be built anew while the bridge runs.
    let scripts = if cfg!(debug_assertions) {
        inline_scripts()
    } else {
        SCRIPTS.clone()
    };
    // Not every browser takes 'self' to mean ws: as well, so the WebSocket's origin is named.
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; \
         worker-src 'self'; connect-src 'self' ws://{host} wss://{host}; style-src 'self'; img-src 'self' data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).ok()
}

/// The hashes of the scripts that stand in the index itself (Trunk's loader).
fn inline_scripts() -> String {
    let index = Dist::get(INDEX).map(|file| file.data).unwrap_or_default();
    hashes(&String::from_utf8_lossy(&index))
}

fn hashes(html: &str) -> String {
    let mut hashes = String::new();
    for element in html.split("<script").skip(1) {
        let Some((attributes, rest)) = element.split_once('>') else {
            continue;
        };
        let Some((script, _)) = rest.split_once("</script") else {
            continue;
        };
        if !attributes.contains("src=") {
            let hash = BASE64_STANDARD.encode(Sha256::digest(script));
            hashes.push_str(&format!(" 'sha256-{hash}'"));
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{has_hash, hashes, takes_gzip};

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        let takes = |codings: &'static str| {
            let value = HeaderValue::from_static(codings);
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
        };
        for codings in ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.5"] {
            assert!(takes(codings), "{codings}");
        }
        for codings in ["", "br", "identity", "gzip;q=0", "gzip; q=0.000, br"] {
            assert!(!takes(codings), "{codings}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn names_with_a_hash_are_kept_for_good() {
        assert!(has_hash("sockscope-frontend-0123456789abcdef_bg.wasm"));
        assert!(has_hash("main-0123456789abcdef.css"));
        assert!(!has_hash("index.html"));
        assert!(!has_hash("favicon.svg"));
    }

    #[test]
    fn inline_scripts_are_allowed_by_their_hash() {
        // `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`
        let hash = " 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        assert_eq!(
            hashes("<script type=module>alert(1)</script><script src=a.js></script>"),
            hash
        );
        assert_eq!(hashes("<script>alert(1)"), "");
        assert_eq!(hashes("no script"), "");
    }
}
