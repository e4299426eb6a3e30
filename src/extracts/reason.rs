//! Why a row or value was refused, mended or merely counted. Owns the codes and what each costs;
//! refuses to know thresholds.

/// What happens to the row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The row is quarantined.
    Quarantine,
    /// The value was mended and counted.
    Normalised,
    /// The value was kept or made null, and counted.
    Warning,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $severity:ident, $cost:literal;)+) => {
        /// A reason code.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Reason { $($(#[doc = $doc])+ $variant),+ }
        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The code written to files.
            #[must_use]
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// What it is, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str { match self { $(Self::$variant => concat!($($doc),+)),+ } }
            /// What happens to the row.
            #[must_use]
            pub fn severity(self) -> Severity { match self { $(Self::$variant => Severity::$severity),+ } }
            /// What it costs the results, in one sentence.
            #[must_use]
            pub fn cost(self) -> &'static str { match self { $(Self::$variant => $cost),+ } }
        }
    };
}

reasons! {
    /// Wrong number of fields.
    RaggedRow = "ragged_row", Quarantine, "the row is not read";
    /// A line of a fixed-width file that ends before its layout does.
    ShortLine = "short_line", Quarantine, "the row is not read";
    /// A line that is no JSON object.
    BadJson = "bad_json", Quarantine, "the row is not read";
    /// Bytes that are not the declared encoding.
    InvalidEncoding = "invalid_encoding", Quarantine, "the row is not read";
    /// A NUL byte in text.
    NulByte = "nul_byte", Quarantine, "the row is not read";
    /// A field longer than 64 KiB.
    FieldTooLong = "field_too_long", Quarantine, "the row is not read";
    /// A quote that opens in one row and closes in another.
    QuoteAcrossRows = "quote_across_rows", Quarantine, "none of the rows between is read; double the quotes inside a field";
    /// A required field is empty.
    MissingRequired = "missing_required", Quarantine, "the row cannot be placed";
    /// A date that does not exist or is spelled in no declared way.
    BadDate = "bad_date", Quarantine, "the row has no place in time";
    /// A spreadsheet serial number where a date should be.
    ExcelDate = "excel_serial_date", Quarantine, "the row has no place in time; export dates as text";
    /// 9999-12-31 as a service date.
    OpenDateAsService = "open_date_as_service", Quarantine, "the row has no place in time";
    /// A sentinel such as 1900-01-01 in a required date.
    SentinelRequired = "sentinel_date", Quarantine, "the row has no place in time";
    /// A number that is none, or does not fit.
    BadNumber = "bad_number", Quarantine, "the row is not read";
    /// Discharge before admission.
    DischargeBeforeAdmit = "discharge_before_admit", Quarantine, "the stay is not counted";
    /// An end before its start.
    ReversedSpan = "reversed_span", Quarantine, "the span gives no enrolment";
    /// A service before birth.
    ServiceBeforeBirth = "service_before_birth", Quarantine, "the row is not counted";
    /// A service more than 30 days after death.
    ServiceAfterDeath = "service_after_death", Quarantine, "the row is not counted";
    /// A claim or event of a member without eligibility.
    NoEligibility = "no_eligibility", Quarantine, "the row belongs to nobody in this population";
    /// A member id written as a fraction (`12345.0`).
    FloatId = "float_id", Quarantine, "the id cannot be trusted";
    /// A birth date after the night's date.
    BirthInFuture = "birth_in_future", Quarantine, "the member is not scored";
    /// An impossible age.
    ImpossibleAge = "impossible_age", Quarantine, "the member is not scored";
    /// A closed-list value outside its list, in a required column.
    UnknownRequired = "unknown_value_required", Quarantine, "the row cannot be judged";
    /// A reversal whose original claim is not here.
    ReversalWithoutOriginal = "reversal_without_original", Quarantine, "nothing is removed; check the feed for the original";
    /// One claim id and version with different content in one line.
    ConflictingLine = "conflicting_line", Quarantine, "the latest received line is used";
    /// A sentinel date made null.
    SentinelOptional = "sentinel_date_null", Normalised, "the optional date is taken as unknown";
    /// A code brought to its fixed width.
    Padded = "code_padded", Normalised, "none: the same code";
    /// A word for nothing (NULL, NA, `\\N`, `#N/A`, and in codes, dates, numbers and phones also UNK, `-`, `?` and their like).
    MissingWord = "missing_word", Normalised, "the value is taken as missing";
    /// An NPI written as a fraction or in scientific notation.
    FractionalNpi = "fractional_npi", Normalised, "none: the same number";
    /// A placeholder code made null.
    PlaceholderCode = "placeholder_code", Normalised, "the code is taken as missing";
    /// A fractional id column read as whole numbers.
    FloatIdColumn = "float_id_column", Normalised, "none when every id was a whole number";
    /// A header or trailer record that the configuration names.
    SkippedLine = "skipped_line", Normalised, "none: it is no row";
    /// A byte-order mark before the header.
    ByteOrderMark = "byte_order_mark", Normalised, "none: it is no part of a name";
    /// Lines that end in CR LF.
    CrLfLines = "crlf_line_ends", Normalised, "none";
    /// An ICD code with dots, spaces or small letters.
    CodeSpelling = "code_spelling", Normalised, "none: the same code";
    /// A postal code with its four-digit extension, or without its leading zero.
    ZipSpelling = "zip_spelling", Normalised, "none: the same five digits";
    /// The same file under two names.
    RepeatedFile = "repeated_file", Warning, "read once";
    /// A postal code that is none.
    BadZip = "bad_zip", Warning, "the postal code is taken as unknown";
    /// An area index suppressed at its source.
    SuppressedIndex = "suppressed_index", Warning, "the area has no index: taken as unknown";
    /// A timestamp read as its date.
    TimestampAsDate = "timestamp_as_date", Normalised, "none";
    /// A floating-point amount rounded to cents.
    FloatMoney = "float_money", Warning, "a cent may be off; send decimals";
    /// A closed-list value outside its list.
    UnknownValue = "unknown_value", Warning, "the value is taken as unknown";
    /// A code that cannot be read as its kind.
    UnreadableCode = "unreadable_code", Warning, "the code is taken as missing";
    /// A stay longer than a year.
    LongStay = "stay_over_365_days", Warning, "kept; check the dates";
    /// A denied claim line.
    DeniedLine = "denied_line", Warning, "its money and diagnoses are not counted";
    /// A negative amount on a claim that is no reversal.
    NegativePaid = "negative_paid", Warning, "kept as money, never as use";
    /// An unreadable optional value made null.
    UnreadableOptional = "unreadable_optional", Warning, "the value is taken as missing";
    /// A member id that would match with leading zeros.
    PaddedIdMatches = "padded_id_matches", Warning, "the rows are not joined: ids lost their leading zeros";
    /// A record with a death date in the past yet with services or coverage after it.
    DeceasedActive = "deceased_active", Warning, "the member is kept off the list";
    /// A trailer whose numbers are all other than the rows before it.
    TrailerCount = "trailer_count", Warning, "rows may be lost: ask the sender";
    /// A phone number that the North American plan cannot hold.
    NoPhone = "no_phone", Warning, "the number is taken as missing: nobody is called on it, and nobody shares a home by it";
    /// A diagnosis that is not shaped like an ICD code.
    NotIcdShaped = "not_icd_shaped", Warning, "the code counts for nothing; map the column to ICD-10-CM when most are";
    /// A death before the birth.
    DeathBeforeBirth = "death_before_birth", Warning, "the death is dropped; the person stays";
    /// Neither a payer type nor a Medicare status says who pays.
    PayerUnknown = "payer_unknown", Warning, "no Medicare risk score; the payer counts as other";
    /// Birth date or sex differs between rows of one member.
    ConflictingDemographics = "conflicting_demographics", Warning, "the row of the latest span is used";
}

impl Reason {
    /// The reason of a code written to a file.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.code() == code)
    }
}
