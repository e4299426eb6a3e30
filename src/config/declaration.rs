//! How a key is declared: once, with its type, default, range and meaning. Owns the macro from which the typed section,
//! its defaults, the checks, the key table, the sample file and the documentation come; refuses to know any key.

use super::error::ConfigError;

/// One key of the configuration as a reader sees it.
#[derive(Clone, Debug)]
pub struct Key {
    /// Dotted path; `*` stands for any name.
    pub path: String,
    /// Default as it would be written in TOML; empty when there is none.
    pub default: String,
    /// What it does, units included.
    pub meaning: String,
    /// What a value may be, in words; empty when its type says all.
    pub range: String,
    /// An example for keys without a default, as TOML text.
    pub example: &'static str,
}

/// What a number may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Whatever its type holds.
    Any,
    /// 0 to 1.
    Share,
    /// Above 0, at most 1.
    PositiveShare,
    /// 0 to 100.
    Percentile,
    /// At least so much.
    AtLeast(f64),
    /// Above 0.
    Positive,
    /// Both ends included.
    Between(f64, f64),
}

impl Range {
    /// The range in words, as errors and documents say it after the key's name; empty when anything goes.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Any => String::new(),
            Self::Share => "must lie between 0 and 1".to_owned(),
            Self::PositiveShare => "must lie above 0 and at most at 1".to_owned(),
            Self::Percentile => "must lie between 0 and 100".to_owned(),
            Self::AtLeast(low) => format!("must be at least {low}"),
            Self::Positive => "must be above 0".to_owned(),
            Self::Between(low, high) => format!("must lie between {low} and {high}"),
        }
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::Any => true,
            Self::Share => (0.0..=1.0).contains(&value),
            Self::PositiveShare => value > 0.0 && value <= 1.0,
            Self::Percentile => (0.0..=100.0).contains(&value),
            Self::AtLeast(low) => value >= low,
            Self::Positive => value > 0.0 && value.is_finite(),
            Self::Between(low, high) => (low..=high).contains(&value),
        }
    }
}

/// A value that a range can be asked of.
pub trait Ranged {
    /// Every number it holds.
    fn numbers(&self) -> Vec<f64>;
}

macro_rules! ranged {
    ($($number:ty),+) => {
        $(impl Ranged for $number {
            #[expect(clippy::allow_attributes, reason = "which of these casts lose anything depends on the type")]
            #[allow(clippy::cast_lossless, reason = "ranges are small whole numbers")]
            fn numbers(&self) -> Vec<f64> {
                vec![*self as f64]
            }
        })+
    };
}
ranged!(f64, i32, i64, u32, u64, usize);

impl<T: Ranged> Ranged for Option<T> {
    fn numbers(&self) -> Vec<f64> {
        self.as_ref().map(Ranged::numbers).unwrap_or_default()
    }
}
impl<T: Ranged, const N: usize> Ranged for [T; N] {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Ranged::numbers).collect()
    }
}
impl<K, T: Ranged> Ranged for std::collections::BTreeMap<K, T> {
    fn numbers(&self) -> Vec<f64> {
        self.values().flat_map(Ranged::numbers).collect()
    }
}

/// Refuses a value outside its range.
///
/// # Errors
/// [`ConfigError::Value`] with the key and what is allowed.
pub fn check_range(key: &str, value: &impl Ranged, range: Range) -> Result<(), ConfigError> {
    if value.numbers().into_iter().all(|n| range.holds(n)) { Ok(()) } else { Err(bad_value(key, &range.words())) }
}

/// A refused value.
pub fn bad_value(key: &str, why: &str) -> ConfigError {
    ConfigError::Value { key: key.to_owned(), why: why.to_owned() }
}

/// A section of the configuration: a table whose keys are declared in one place.
pub trait Section: Default + serde::Serialize {
    /// Name of the table; `*` stands for any name.
    const TABLE: &'static str;
    /// What the table is about, for the documentation.
    const ABOUT: &'static str;

    /// Its keys in the order of their declaration.
    fn declared() -> Vec<Key>;

    /// Checks the range of every key; `table` is the name of the table as the reader wrote it.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for the first value outside its range.
    fn check_ranges(&self, table: &str) -> Result<(), ConfigError>;
}

/// A JSON value as TOML writes it; empty for null, an empty table for an empty map.
#[must_use]
pub fn toml_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::Array(all) => {
            format!("[{}]", all.iter().map(toml_text).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Object(map) if map.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// Declares a section: `/// meaning`, then `name: Type = default, range, shown "text", example "text";`. `shown` stands
/// for the default of a key whose type has none of its own.
macro_rules! section {
    ($(#[doc = $about:literal])+ $name:ident in $table:literal {
        $($(#[doc = $meaning:literal])+ $field:ident: $type:ty = $default:expr
            $(, range $range:expr)? $(, shown $shown:literal)? $(, example $example:literal)?;)+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[doc = $meaning])+ pub $field: $type),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $crate::config::declaration::Section for $name {
            const TABLE: &'static str = $table;
            const ABOUT: &'static str = concat!($($about),+);

            fn declared() -> Vec<$crate::config::declaration::Key> {
                let defaults = serde_json::to_value(Self::default()).unwrap_or_default();
                vec![$({
                    let name = stringify!($field).trim_start_matches("r#");
                    let own = defaults.get(name).map($crate::config::declaration::toml_text).unwrap_or_default();
                    let many = stringify!($type).starts_with("BTreeMap");
                    $crate::config::declaration::Key {
                        path: format!("{}.{name}{}", $table, if many { ".*" } else { "" }),
                        default: [$($shown,)? own.as_str()][0].to_owned(),
                        meaning: concat!($($meaning),+).trim().to_owned(),
                        range: [$($range,)? $crate::config::declaration::Range::Any][0].words(),
                        example: [$($example,)? ""][0],
                    }
                }),+]
            }

            fn check_ranges(&self, table: &str) -> Result<(), $crate::config::error::ConfigError> {
                $($($crate::config::declaration::check_range(
                    &format!("{table}.{}", stringify!($field).trim_start_matches("r#")),
                    &self.$field,
                    $range,
                )?;)?)+
                // A section without ranges still has the same shape as the others.
                let _ = table;
                Ok(())
            }
        }
    };
}
pub(super) use section;
