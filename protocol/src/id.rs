use std::fmt;

use serde::Serialize;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize,
        )]
        #[serde(transparent)]
        pub struct $name(
            /// The bare number.
            pub $inner,
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A socket of a session. Given by the bridge, from 1 up, never used twice in a session; it is
    /// not the file descriptor, which the kernel does use again.
    SocketId(u32)
}

number! {
    /// A call, numbered by the client that makes it. A number names one call of the session for
    /// good: sent a second time, it is not executed a second time.
    CallId(u64)
}

number! {
    /// The number of an event in the session's log: 1, 2, 3, ... without gaps.
    Seq(u64)
}

impl Seq {
    /// The number of the event after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(
            /// The bare text, 32 hexadecimal digits when the bridge made it.
            pub String,
        );

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

secret! {
    /// The secret that lets a client come back to its session. `Debug` does not show it.
    SessionKey
}

secret! {
    /// The secret that lets a client follow a session without making calls. `Debug` does not show it.
    ViewKey
}
