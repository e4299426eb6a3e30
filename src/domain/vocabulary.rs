//! Owns the closed word lists of the caseload files (discipline, focus, status, language, state)
//! as small bit sets. Refuses to know members, managers, capacities or costs.

/// ISO 639-1 codes in alphabetical order; a [`Language`] is an index into this list.
const ISO_639_1: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik \
io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt \
my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so \
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// USPS codes of states, the District, territories, freely associated states and military posts.
const USPS: &str = "AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN MO \
MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI WV WY";

fn place_in(list: &str, code: &str) -> Option<u8> {
    let found = list.split_whitespace().position(|known| known == code)?;
    u8::try_from(found).ok()
}

/// A word of a closed list: what the macro `word_list` makes.
pub trait ClosedWord: Copy + 'static {
    /// Reads the word of the files; `None` when it is not on the list.
    fn parse_word(text: &str) -> Option<Self>;
}

macro_rules! word_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every allowed value, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Their words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The word used in the files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads the word of the files; `None` when it is not on the list. Case matters only in print.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str().eq_ignore_ascii_case(text.trim()))
            }
        }

        impl $crate::domain::ClosedWord for $name {
            fn parse_word(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        }

        impl $crate::domain::Record for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $crate::domain::Record::put(&(*self as usize), out);
            }
            fn take(from: &mut $crate::domain::RecordReader<'_>) -> Result<Self, $crate::domain::BrokenRecord> {
                let at = <usize as $crate::domain::Record>::take(from)?;
                Self::ALL.get(at).copied().ok_or($crate::domain::BrokenRecord)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
                    let hint = $crate::domain::nearest_hint(&text, &words);
                    serde::de::Error::custom(format!("`{text}` is no word for this{hint}"))
                })
            }
        }
    };
}
pub(crate) use word_list;

word_list! {
    /// Profession of a care manager.
    Discipline {
        /// Registered nurse.
        Rn = "RN",
        /// Licensed clinical social worker.
        Lcsw = "LCSW",
        /// Licensed professional counselor.
        Lpc = "LPC",
        /// Community health worker.
        Chw = "CHW",
        /// Pharmacist.
        PharmD = "PharmD",
    }
}
word_list! {
    /// What a member mainly needs, or a manager is experienced in.
    Focus {
        /// No special focus.
        General = "general",
        /// Older adults.
        Geriatric = "geriatric",
        /// Under 18; a hard rule.
        Pediatric = "pediatric",
        /// Behavioral health.
        Behavioral = "behavioral",
        /// Many conditions.
        Complex = "complex",
    }
}
word_list! {
    /// Whether a manager works now.
    Status {
        /// Takes new members.
        Active = "active",
        /// On paid time off: keeps current members, takes none.
        Pto = "pto",
        /// On leave: holds nobody.
        Leave = "leave",
    }
}

word_list! {
    /// How firmly members stay with the manager they have.
    Continuity {
        /// A member whose current manager may still serve them stays there and is displaced by nobody.
        Protect = "protect",
        /// Leaving the current manager costs `continuity_break`; priority decides who is served.
        Prefer = "prefer",
        /// Leaving costs nothing.
        Ignore = "ignore",
    }
}

/// A set of [`Discipline`] values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Disciplines(u8);

impl Disciplines {
    /// The set with `one` added.
    #[must_use]
    pub const fn with(self, one: Discipline) -> Self {
        Self(self.0 | 1 << one as u8)
    }
    /// Whether `one` is in the set.
    #[must_use]
    pub const fn contains(self, one: Discipline) -> bool {
        self.0 >> one as u8 & 1 == 1
    }
    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// The words in alphabetical order joined by `|`, as the files hold them.
    #[must_use]
    pub fn to_text(self) -> String {
        let words = Discipline::ALL.iter().filter(|one| self.contains(**one)).map(|one| one.as_str().to_owned());
        join_sorted(words.collect())
    }
}

/// A set of [`Focus`] values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FocusSet(u8);

impl FocusSet {
    /// The set with `one` added.
    #[must_use]
    pub const fn with(self, one: Focus) -> Self {
        Self(self.0 | 1 << one as u8)
    }
    /// Whether `one` is in the set.
    #[must_use]
    pub const fn contains(self, one: Focus) -> bool {
        self.0 >> one as u8 & 1 == 1
    }
    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// The words in alphabetical order joined by `|`.
    #[must_use]
    pub fn to_text(self) -> String {
        let words = Focus::ALL.iter().filter(|one| self.contains(**one)).map(|one| one.as_str().to_owned());
        join_sorted(words.collect())
    }
}

fn join_sorted(mut words: Vec<String>) -> String {
    words.sort();
    words.join("|")
}

/// English names and ISO 639-2 codes of the languages most spoken in the United States (Census Bureau, language spoken at
/// home) beside their ISO 639-1 codes.
const LANGUAGE_NAMES: &[(&str, &str)] = &[
    ("am", "amharic amh"),
    ("ar", "arabic ara"),
    ("bn", "bengali bangla ben"),
    ("de", "german deu ger"),
    ("el", "greek ell gre"),
    ("en", "english eng"),
    ("es", "spanish spa castilian"),
    ("fa", "persian farsi dari fas per"),
    ("fr", "french fra fre"),
    ("gu", "gujarati guj"),
    ("he", "hebrew heb"),
    ("hi", "hindi hin"),
    ("ht", "haitian creole haitian-creole hat"),
    ("hy", "armenian hye arm"),
    ("it", "italian ita"),
    ("ja", "japanese jpn"),
    ("km", "khmer cambodian khm"),
    ("ko", "korean kor"),
    ("lo", "lao laotian"),
    ("my", "burmese mya bur"),
    ("ne", "nepali nep"),
    ("nv", "navajo nav"),
    ("pa", "punjabi panjabi pan"),
    ("pl", "polish pol"),
    ("pt", "portuguese por"),
    ("ro", "romanian ron rum"),
    ("ru", "russian rus"),
    ("sm", "samoan smo"),
    ("so", "somali som"),
    ("sq", "albanian sqi alb"),
    ("sw", "swahili swa"),
    ("ta", "tamil tam"),
    ("te", "telugu tel"),
    ("th", "thai tha"),
    ("tl", "tagalog filipino tgl fil"),
    ("tr", "turkish tur"),
    ("uk", "ukrainian ukr"),
    ("ur", "urdu urd"),
    ("vi", "vietnamese vie"),
    ("yi", "yiddish yid"),
    ("zh", "chinese mandarin cantonese zho chi"),
];

/// The ISO 639-1 code of a language given as such a code (a region after it is left off: `en-US`), as an ISO 639-2 code
/// or by its English name; `None` for anything else.
#[must_use]
pub fn language_code(text: &str) -> Option<&'static str> {
    let lower = text.trim().to_lowercase();
    let bare = lower.split(['-', '_']).next().unwrap_or("");
    Language::parse(&lower).or_else(|| Language::parse(bare)).map(Language::as_str).or_else(|| {
        let first = lower.split_whitespace().next()?;
        LANGUAGE_NAMES
            .iter()
            .find(|(_, names)| names.split(' ').any(|n| n == lower || (n.len() > 3 && n == first)))
            .map(|(code, _)| *code)
    })
}

/// What makes two spellings of one phone number equal: its digits, without the country code 1 of North America. A text
/// of under seven digits stays as it is, trimmed.
#[must_use]
pub fn phone_key(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0..7 => text.trim().to_owned(),
        11 if digits.starts_with('1') => digits[1..].to_owned(),
        _ => digits,
    }
}

/// An ISO 639-1 language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

impl Language {
    /// Reads a two-letter code, any case; `None` when ISO 639-1 does not list it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        place_in(ISO_639_1, &text.trim().to_ascii_lowercase()).map(Self)
    }
    /// The lower-case code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ISO_639_1.split_whitespace().nth(usize::from(self.0)).unwrap_or("")
    }
}

/// A set of [`Language`] values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Languages([u64; 3]);

impl Languages {
    /// The set with `one` added.
    #[must_use]
    pub const fn with(mut self, one: Language) -> Self {
        self.0[(one.0 >> 6) as usize] |= 1 << (one.0 & 63);
        self
    }
    /// Whether `one` is in the set.
    #[must_use]
    pub const fn contains(self, one: Language) -> bool {
        self.0[(one.0 >> 6) as usize] >> (one.0 & 63) & 1 == 1
    }
    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0[0] | self.0[1] | self.0[2] == 0
    }
    /// The codes in alphabetical order joined by `|`.
    #[must_use]
    pub fn to_text(self) -> String {
        let count = u8::try_from(ISO_639_1.split_whitespace().count()).unwrap_or(u8::MAX);
        let words = (0..count).map(Language).filter(|one| self.contains(*one));
        join_sorted(words.map(|one| one.as_str().to_owned()).collect())
    }
}

/// A USPS state code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(u8);

impl State {
    /// Reads a USPS code, any case; `None` when unknown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        place_in(USPS, &text.trim().to_ascii_uppercase()).map(Self)
    }
    /// The upper-case code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        USPS.split_whitespace().nth(usize::from(self.0)).unwrap_or("")
    }
}

/// A set of [`State`] values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct States(u64);

impl States {
    /// The set with `one` added.
    #[must_use]
    pub const fn with(self, one: State) -> Self {
        Self(self.0 | 1 << one.0)
    }
    /// Whether `one` is in the set.
    #[must_use]
    pub const fn contains(self, one: State) -> bool {
        self.0 >> one.0 & 1 == 1
    }
    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// The codes in alphabetical order joined by `|`.
    #[must_use]
    pub fn to_text(self) -> String {
        let words = (0..64).map(State).filter(|one| self.contains(*one));
        join_sorted(words.map(|one| one.as_str().to_owned()).collect())
    }
}
