//! A real Chromium drives the real page against the real bridge.
