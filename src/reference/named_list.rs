//! A closed list of names that a code set must fill: the enum, its members in order, the name of each in the code set and,
//! where readers are told of it, its words. Owns the form of such a list; refuses to hold a code.

/// `Variant = "name"` or `Variant = "name", "words"`, a line each; the enum has `ALL`,
/// `NAMES`, `parse`, `name` and, with words, `words`.
macro_rules! named_list {
    ($(#[$doc:meta])* $list:ident { $($(#[$member:meta])* $variant:ident = $name:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
        pub enum $list { $($(#[$member])* $variant),+ }

        impl $list {
            /// Every member, in the order of their bits.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Their names, in the same order.
            pub const NAMES: [&'static str; Self::ALL.len()] = [$($name),+];

            /// The member of a name; `None` for a name that is none.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.name() == name)
            }

            /// The name in the code set, in features and in files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        $crate::domain::record::record_choice!($list { $($variant),+ });
    };
    ($(#[$doc:meta])* $list:ident { $($(#[$member:meta])* $variant:ident = $name:literal, $words:literal;)+ }) => {
        $crate::reference::named_list::named_list! {
            $(#[$doc])* $list { $($(#[$member])* $variant = $name;)+ }
        }

        impl $list {
            /// What it holds, in words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }
        }
    };
}
pub(super) use named_list;
