//! A small flag-set macro: a wrapped integer with named bits.

macro_rules! bitflags_lite {
    ($(#[$m:meta])* pub struct $name:ident: $int:ty { $($flag:ident = $value:expr),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
        pub struct $name(pub $int);
        #[allow(missing_docs)]
        impl $name {
            $(pub const $flag: $name = $name($value);)*
            /// Names and values of the flags.
            pub const ALL: &'static [(&'static str, $int)] = &[$((stringify!($flag), $value)),*];
            pub const fn contains(self, other: Self) -> bool { self.0 & other.0 == other.0 }
            pub const fn intersects(self, other: Self) -> bool { self.0 & other.0 != 0 }
            pub fn insert(&mut self, other: Self) { self.0 |= other.0; }
            pub fn remove(&mut self, other: Self) { self.0 &= !other.0; }
        }
        impl std::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self { Self(self.0 | other.0) }
        }
    };
}
