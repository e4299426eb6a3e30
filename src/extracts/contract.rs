//! What a contract of an extract is made of: columns, types, which are required. Owns the shapes that
//! `lamplight schema inputs` prints; refuses to know any one extract and to read anything.

/// How a column's text becomes a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Identifier: trimmed text, kept exactly.
    Id,
    /// Free text, trimmed.
    Text,
    /// A name: people are called Null and Na, so only what machines write stands for nothing.
    Name,
    /// A telephone number that the North American plan can hold.
    Phone,
    /// A provider's number, interned; one spelled as a fraction is read as the number.
    Npi,
    /// Text with few distinct values (NPIs, outcomes): trimmed, interned.
    Word,
    /// As [`Kind::Word`] but lower case.
    LowerWord,
    /// ICD diagnosis or procedure code: dots and spaces out, upper case.
    Icd,
    /// Code of a fixed width, padded with leading zeros.
    Fixed(u8),
    /// Type of bill: three characters, a leading zero dropped.
    Bill,
    /// Calendar date.
    Date,
    /// US dollars, held in cents.
    Money,
    /// Whole number.
    Integer,
    /// Number.
    Number,
    /// Number, or a code that says the value is suppressed at its source (such as `GQ` or `-999`).
    IndexValue,
    /// yes/no, true/false, Y/N, 1/0.
    Flag,
}

impl Kind {
    /// The word `schema` prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text | Self::Name | Self::Word | Self::LowerWord => "text",
            Self::Phone => "phone",
            Self::Npi => "npi",
            Self::Icd => "icd code",
            Self::Fixed(_) | Self::Bill => "code",
            Self::Date => "date",
            Self::Money => "money",
            Self::Integer => "integer",
            Self::Number | Self::IndexValue => "number",
            Self::Flag => "flag",
        }
    }
}

/// One canonical column. `repeat` > 1 stands for `name_1 … name_n`.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// Canonical name.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// The column must be there and no row may leave it empty.
    pub required: bool,
    /// Number of numbered copies; 1 for a plain column.
    pub repeat: u8,
    /// Allowed values, when they are closed (empty: open). Others become unknown and are counted.
    pub allowed: &'static [&'static str],
    /// What a cell that cannot be read, or is none of `allowed`, costs.
    pub beyond: Beyond,
    /// Named by the configuration: it must be there, though its cells may be empty.
    pub own: bool,
}

/// What a cell that is none of its column's costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beyond {
    /// In a required column the row, else the value.
    AsRequired,
    /// Nothing but a count: the word is kept, and means what it means downstream.
    Counted,
    /// The row, required or not.
    Row,
    /// Nothing: a blank cell of this required column says "unknown".
    Unknown,
}

impl ColumnSpec {
    /// A cell that cannot be read costs the row.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.required || self.beyond == Beyond::Row
    }

    /// The same column, in which a cell that cannot be read costs the row though a blank one does not.
    #[must_use]
    pub const fn read_or_refused(self) -> Self {
        Self { beyond: Beyond::Row, ..self }
    }
}

/// One extract.
#[derive(Clone, Copy, Debug)]
pub struct ExtractSpec {
    /// Canonical name.
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// What is lost when it is missing.
    pub cost_when_missing: &'static str,
    /// Columns.
    pub columns: &'static [ColumnSpec],
}

/// A column of its kind.
const fn plain(name: &'static str, kind: Kind, required: bool) -> ColumnSpec {
    ColumnSpec { name, kind, required, repeat: 1, allowed: &[], beyond: Beyond::AsRequired, own: false }
}
/// An optional column.
pub const fn col(name: &'static str, kind: Kind) -> ColumnSpec {
    plain(name, kind, false)
}
/// A required column.
pub const fn req(name: &'static str, kind: Kind) -> ColumnSpec {
    plain(name, kind, true)
}
/// Twenty-five numbered optional columns.
pub const fn many(name: &'static str, kind: Kind) -> ColumnSpec {
    ColumnSpec { repeat: 25, ..plain(name, kind, false) }
}
/// An optional word of a closed list.
pub const fn word(name: &'static str, allowed: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { allowed, ..plain(name, Kind::LowerWord, false) }
}
/// A required word of a closed list.
pub const fn req_word(name: &'static str, allowed: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { allowed, ..plain(name, Kind::LowerWord, true) }
}
/// A required word that is expected to be one of a list; another is kept and counted.
pub const fn expected(name: &'static str, allowed: &'static [&'static str]) -> ColumnSpec {
    ColumnSpec { beyond: Beyond::Counted, ..req_word(name, allowed) }
}
/// A required word whose blank cells say "unknown".
pub const fn unknown_allowed(name: &'static str) -> ColumnSpec {
    ColumnSpec { beyond: Beyond::Unknown, ..plain(name, Kind::LowerWord, true) }
}
/// The member of a row.
pub const fn member_id() -> ColumnSpec {
    req("member_id", Kind::Id)
}

impl ExtractSpec {
    /// Canonical columns with numbered copies written out, in order.
    pub fn flat(&self) -> impl Iterator<Item = (String, &'static ColumnSpec)> {
        self.columns.iter().flat_map(|c| {
            (1..=c.repeat).map(move |i| (if c.repeat == 1 { c.name.to_owned() } else { format!("{}_{i}", c.name) }, c))
        })
    }

    /// Index of the first flat column of `name` (its copies follow).
    ///
    /// # Panics
    /// When the contract has no such column: told by the compiler wherever the call stands in a `const`, which is where
    /// every call of ours stands.
    #[must_use]
    pub const fn index_of(&self, name: &str) -> usize {
        let (mut at, mut i) = (0, 0);
        while i < self.columns.len() {
            if same_text(self.columns[i].name, name) {
                return at;
            }
            at += self.columns[i].repeat as usize;
            i += 1;
        }
        panic!("the contract has no such column")
    }
}

/// Equality of two texts while the compiler runs.
const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}
