//! Values that are written as a name of their own.

/// The names of an enum's variants: how they are written and read.
macro_rules! names {
    ($type:ident $kind:literal { $($variant:ident = $name:literal),* $(,)? }) => {
        impl $type {
            const NAMES: &[(&'static str, Self)] = &[$(($name, Self::$variant)),*];

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl $crate::read::Read for $type {
            fn read(json: &$crate::read::Json<'_>) -> Result<Self, $crate::read::Wrong> {
                $crate::read::named(json, $kind, Self::NAMES)
            }
        }
    };
}

pub(crate) use names;
