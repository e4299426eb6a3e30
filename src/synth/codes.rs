//! The code tables of the synthetic population: real ICD-10-CM, ICD-10-PCS, MS-DRG, revenue and
//! procedure codes (codes only, no licensed text), valid in fiscal years 2024 to 2026, and ingredients.
//! Refuses to know members, rates and time.

/// Chronic conditions, in the order of every severity array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Condition {
    Diabetes,
    HeartFailure,
    Copd,
    Asthma,
    Kidney,
    Coronary,
    Hypertension,
    Depression,
    SevereMental,
    SubstanceUse,
    Dementia,
    Cancer,
    Obesity,
    Fibrillation,
    Arthritis,
}
/// How many conditions there are.
pub const CONDITIONS: usize = 15;

/// Prevalence at entry by age band: under 18, 18-44, 45-64, 65-74, 75-84, 85 and over.
pub const PREVALENCE: [[f64; 6]; CONDITIONS] = [
    [0.004, 0.045, 0.16, 0.27, 0.28, 0.22],
    [0.000, 0.003, 0.025, 0.08, 0.15, 0.24],
    [0.000, 0.008, 0.065, 0.13, 0.15, 0.13],
    [0.085, 0.080, 0.075, 0.06, 0.05, 0.04],
    [0.001, 0.010, 0.055, 0.15, 0.26, 0.36],
    [0.000, 0.006, 0.065, 0.19, 0.29, 0.33],
    [0.002, 0.085, 0.370, 0.62, 0.74, 0.78],
    [0.040, 0.140, 0.150, 0.13, 0.13, 0.14],
    [0.004, 0.035, 0.030, 0.02, 0.015, 0.01],
    [0.004, 0.060, 0.055, 0.025, 0.010, 0.004],
    [0.000, 0.000, 0.004, 0.03, 0.12, 0.29],
    [0.001, 0.008, 0.040, 0.09, 0.12, 0.11],
    [0.100, 0.240, 0.300, 0.26, 0.17, 0.08],
    [0.000, 0.003, 0.018, 0.08, 0.16, 0.24],
    [0.000, 0.020, 0.140, 0.29, 0.38, 0.41],
];

/// Diagnosis of a condition at severity 1, 2, 3. Combination coding (hypertension with heart failure
/// or kidney disease, diabetes with kidney disease) is applied by the coder in `coding.rs`.
pub const CHRONIC_DX: [[&str; 3]; CONDITIONS] = [
    ["E119", "E1142", "E1151"],
    ["I5032", "I5022", "I5042"],
    ["J449", "J449", "J449"],
    ["J45909", "J4540", "J4550"],
    ["N1830", "N184", "N186"],
    ["I2510", "I2510", "I252"],
    ["I10", "I10", "I10"],
    ["F329", "F331", "F332"],
    ["F3181", "F250", "F209"],
    ["F1020", "F1120", "F1120"],
    ["F0390", "G309", "F03918"],
    ["C189", "C3490", "C7951"],
    ["E669", "E6601", "Z6841"],
    ["I480", "I4820", "I4891"],
    ["M1711", "M1712", "M170"],
];

/// Why a stay begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Cause {
    HeartFailure,
    Copd,
    Asthma,
    DiabetesShort,
    DiabetesLong,
    DiabetesUncontrolled,
    Hypertension,
    Pneumonia,
    UrinaryTract,
    Sepsis,
    Infarction,
    Stroke,
    HipFracture,
    GiBleed,
    Arrhythmia,
    KidneyInjury,
    Cellulitis,
    Syncope,
    RespiratoryFailure,
    Psychiatric,
    Substance,
    Abdominal,
    Dehydration,
    Joint,
    Chemotherapy,
    CoronaryElective,
    Delivery,
}
/// Causes whose rates compete every month; the first nine can count as AHRQ PQI stays.
pub const UNPLANNED: usize = 23;
pub const AVOIDABLE: usize = 9;
/// All causes, planned and maternity included.
pub const CAUSES: usize = 27;
/// The unplanned causes in order.
pub const UNPLANNED_CAUSES: [Cause; UNPLANNED] = [
    Cause::HeartFailure,
    Cause::Copd,
    Cause::Asthma,
    Cause::DiabetesShort,
    Cause::DiabetesLong,
    Cause::DiabetesUncontrolled,
    Cause::Hypertension,
    Cause::Pneumonia,
    Cause::UrinaryTract,
    Cause::Sepsis,
    Cause::Infarction,
    Cause::Stroke,
    Cause::HipFracture,
    Cause::GiBleed,
    Cause::Arrhythmia,
    Cause::KidneyInjury,
    Cause::Cellulitis,
    Cause::Syncope,
    Cause::RespiratoryFailure,
    Cause::Psychiatric,
    Cause::Substance,
    Cause::Abdominal,
    Cause::Dehydration,
];

/// What a stay of a cause looks like.
pub struct StayKind {
    /// Principal diagnoses by severity 1, 2, 3.
    pub principal: [&'static str; 3],
    /// MS-DRG by severity 1, 2, 3.
    pub drg: [&'static str; 3],
    /// Secondary diagnoses that go with the acute illness.
    pub acute: [&'static str; 3],
    /// A procedure done in the stay, and how often.
    pub procedure: &'static str,
    pub procedure_share: f64,
    pub mean_days: f64,
    /// Price of a day, cents.
    pub day_price: i64,
}

const fn visit_kind(
    principal: [&'static str; 3],
    drg: [&'static str; 3],
    acute: [&'static str; 3],
    procedure: &'static str,
    procedure_share: f64,
    mean_days: f64,
    day_price: i64,
) -> StayKind {
    StayKind { principal, drg, acute, procedure, procedure_share, mean_days, day_price }
}

/// By [`Cause`].
pub const STAYS: [StayKind; CAUSES] = [
    visit_kind(
        ["I5032", "I5033", "I5023"],
        ["293", "292", "291"],
        ["J9601", "N179", "E871"],
        "4A023N7",
        0.08,
        4.6,
        210_000,
    ),
    visit_kind(["J440", "J441", "J441"], ["192", "191", "190"], ["J9621", "J189", "E871"], "", 0.0, 4.1, 195_000),
    visit_kind(["J4541", "J45901", "J45901"], ["203", "203", "202"], ["J069", "J9601", "R0602"], "", 0.0, 2.8, 180_000),
    visit_kind(["E1110", "E1100", "E1110"], ["639", "638", "637"], ["E871", "N179", "E875"], "", 0.0, 3.3, 220_000),
    visit_kind(
        ["E1142", "E11621", "E1152"],
        ["639", "638", "637"],
        ["L03116", "E871", "N179"],
        "0Y6M0Z0",
        0.18,
        5.6,
        205_000,
    ),
    visit_kind(["E1165", "E1165", "E11649"], ["639", "639", "638"], ["E871", "R531", "E860"], "", 0.0, 2.9, 185_000),
    visit_kind(["I160", "I161", "I10"], ["305", "305", "304"], ["R0789", "N179", "R519"], "", 0.0, 2.3, 190_000),
    visit_kind(["J189", "J159", "J189"], ["195", "194", "193"], ["J9601", "E871", "D649"], "", 0.0, 4.5, 200_000),
    visit_kind(["N390", "N10", "N390"], ["690", "690", "689"], ["R4182", "N179", "E860"], "", 0.0, 3.8, 180_000),
    visit_kind(["A419", "A4151", "A419"], ["872", "871", "871"], ["R6520", "N179", "R6521"], "", 0.0, 6.4, 260_000),
    visit_kind(
        ["I214", "I214", "I2119"],
        ["282", "281", "280"],
        ["I5022", "N179", "I4891"],
        "027034Z",
        0.45,
        4.2,
        380_000,
    ),
    visit_kind(["I639", "I6340", "I63512"], ["066", "065", "064"], ["R4182", "I4891", "J690"], "", 0.0, 5.2, 270_000),
    visit_kind(
        ["S72141A", "S72001A", "S72001A"],
        ["482", "481", "480"],
        ["D62", "N179", "W19XXXA"],
        "0QS604Z",
        0.92,
        5.4,
        330_000,
    ),
    visit_kind(["K922", "K922", "K5721"], ["379", "378", "377"], ["D62", "N179", "I951"], "", 0.0, 4.0, 210_000),
    visit_kind(["I4891", "I480", "I4820"], ["310", "309", "308"], ["E876", "I509", "N179"], "", 0.0, 3.1, 215_000),
    visit_kind(["N179", "N179", "N170"], ["684", "683", "682"], ["E860", "E875", "E871"], "", 0.0, 4.6, 190_000),
    visit_kind(["L03115", "L03116", "L03116"], ["603", "603", "602"], ["E871", "D649", "N179"], "", 0.0, 4.0, 165_000),
    visit_kind(["R55", "R55", "I951"], ["312", "312", "312"], ["W19XXXA", "E860", "R296"], "", 0.0, 2.6, 175_000),
    visit_kind(
        ["J9601", "J9621", "J9601"],
        ["189", "189", "208"],
        ["J189", "E871", "N179"],
        "5A1945Z",
        0.16,
        5.6,
        310_000,
    ),
    visit_kind(["F332", "F3181", "F209"], ["885", "885", "885"], ["Z91148", "F419", "F17210"], "", 0.0, 7.6, 120_000),
    visit_kind(
        ["F10239", "F10239", "F1123"],
        ["897", "897", "896"],
        ["E876", "E871", "F419"],
        "HZ2ZZZZ",
        0.60,
        4.4,
        130_000,
    ),
    visit_kind(
        ["K8020", "K8010", "K56609"],
        ["419", "418", "417"],
        ["E876", "R1110", "N179"],
        "0FT44ZZ",
        0.62,
        3.7,
        270_000,
    ),
    visit_kind(["E860", "E871", "E871"], ["641", "641", "640"], ["R4182", "R627", "N179"], "", 0.0, 3.2, 165_000),
    visit_kind(
        ["M1711", "M1712", "M170"],
        ["470", "470", "469"],
        ["D62", "R112", "E876"],
        "0SRC0J9",
        1.0,
        1.9,
        620_000,
    ),
    visit_kind(
        ["Z5111", "Z5111", "Z5111"],
        ["848", "847", "846"],
        ["D649", "R112", "E876"],
        "3E03305",
        1.0,
        2.9,
        310_000,
    ),
    visit_kind(
        ["I25110", "I25110", "I25110"],
        ["322", "322", "321"],
        ["E876", "R9431", "D62"],
        "027034Z",
        1.0,
        1.8,
        540_000,
    ),
    visit_kind(
        ["O80", "O701", "O34219"],
        ["807", "806", "788"],
        ["D62", "Z370", "O9902"],
        "10E0XZZ",
        0.7,
        2.3,
        260_000,
    ),
];

/// Minor complaints of a visit by age: under 18, 18-64, 65 and over.
pub const COMPLAINTS: [[&str; 10]; 3] = [
    ["J069", "H6690", "Z00129", "J029", "R509", "Z23", "F902", "J0190", "R109", "Z00129"],
    ["Z0000", "M5450", "J069", "F411", "R519", "K219", "M25561", "R109", "E559", "Z0000"],
    ["Z0000", "M5450", "E785", "K219", "R5381", "H2513", "N3281", "M810", "R2681", "E039"],
];

/// How claims tell that somebody is frail: unsteady gait, weakness, falls, weight loss, pressure ulcer, incontinence,
/// debility. Some are among the complaints too, where they say little.
pub const FRAIL_SIGNS: [&str; 10] =
    ["R2689", "R531", "M6281", "Z9181", "R296", "R5381", "R634", "R54", "N3946", "L89152"];

/// Complaints of an ED visit that ends at home; the first five are the avoidable sort.
pub const EMERGENCIES: [&str; 12] =
    ["J069", "N390", "K529", "R519", "M5450", "R0789", "R109", "S93401A", "S0990XA", "S61411A", "R55", "R112"];

/// Social needs: domain as in the reference table, the Z code that records it, and the screening
/// question (LOINC) that asks for it.
pub const NEEDS: [(&str, &str, &str); 6] = [
    ("housing", "Z59811", "71802-3"),
    ("food", "Z5941", "88122-7"),
    ("transportation", "Z5982", "93030-5"),
    ("utilities", "Z5881", "96779-4"),
    ("financial", "Z596", "63586-2"),
    ("social_isolation", "Z602", "93029-7"),
];

/// A medicine: ingredient, days of one fill, quantity a day times ten, price of a fill in cents.
pub struct Drug {
    pub ingredient: &'static str,
    pub days: i32,
    pub per_day: i32,
    pub price: i64,
}

const fn drug_row(ingredient: &'static str, days: i32, per_day: i32, price: i64) -> Drug {
    Drug { ingredient, days, per_day, price }
}

/// Every medicine; its position makes its NDC.
pub const DRUGS: [Drug; 40] = [
    drug_row("metformin", 90, 2, 1_200),
    drug_row("glipizide", 90, 1, 1_100),
    drug_row("semaglutide", 28, 1, 93_500),
    drug_row("empagliflozin", 30, 1, 58_000),
    drug_row("insulin glargine", 30, 1, 9_900),
    drug_row("furosemide", 30, 1, 700),
    drug_row("sacubitril", 30, 2, 61_000),
    drug_row("carvedilol", 90, 2, 1_500),
    drug_row("spironolactone", 90, 1, 1_300),
    drug_row("tiotropium", 30, 1, 48_000),
    drug_row("albuterol", 30, 1, 3_200),
    drug_row("fluticasone", 30, 1, 17_500),
    drug_row("montelukast", 90, 1, 1_600),
    drug_row("sevelamer", 30, 3, 14_000),
    drug_row("atorvastatin", 90, 1, 1_400),
    drug_row("rosuvastatin", 90, 1, 1_700),
    drug_row("clopidogrel", 90, 1, 1_500),
    drug_row("metoprolol", 90, 1, 1_100),
    drug_row("lisinopril", 90, 1, 900),
    drug_row("losartan", 90, 1, 1_200),
    drug_row("amlodipine", 90, 1, 900),
    drug_row("hydrochlorothiazide", 90, 1, 800),
    drug_row("sertraline", 30, 1, 1_000),
    drug_row("escitalopram", 30, 1, 1_100),
    drug_row("trazodone", 30, 1, 900),
    drug_row("quetiapine", 30, 1, 2_100),
    drug_row("aripiprazole", 30, 1, 2_600),
    drug_row("lithium", 30, 2, 1_900),
    drug_row("buprenorphine", 28, 1, 9_500),
    drug_row("naltrexone", 30, 1, 5_400),
    drug_row("donepezil", 90, 1, 1_300),
    drug_row("memantine", 90, 2, 2_400),
    drug_row("ondansetron", 10, 2, 1_500),
    drug_row("apixaban", 30, 2, 56_000),
    drug_row("warfarin", 30, 1, 800),
    drug_row("meloxicam", 30, 1, 800),
    drug_row("gabapentin", 30, 3, 1_400),
    drug_row("omeprazole", 90, 1, 1_200),
    drug_row("levothyroxine", 90, 1, 1_300),
    drug_row("amoxicillin", 10, 3, 900),
];

/// Medicines of a condition: index into [`DRUGS`], how likely a person takes it, and the severity from which it is
/// offered. Treatment steps up with the disease: insulin after the tablets, an inhaled steroid after the bronchodilator.
pub const TREATMENT: [&[(usize, f64, u8)]; CONDITIONS] = [
    &[(0, 0.62, 1), (1, 0.22, 1), (2, 0.14, 1), (3, 0.16, 1), (4, 0.06, 1), (4, 0.50, 2), (4, 0.50, 3), (14, 0.35, 1)],
    &[(5, 0.68, 1), (5, 0.60, 2), (6, 0.05, 1), (6, 0.35, 2), (7, 0.55, 1), (8, 0.16, 1), (8, 0.40, 2), (8, 0.40, 3)],
    &[(9, 0.40, 1), (9, 0.45, 2), (10, 0.70, 1), (11, 0.12, 1), (11, 0.45, 2), (11, 0.55, 3)],
    &[(10, 0.70, 1), (11, 0.25, 1), (11, 0.60, 2), (12, 0.12, 1), (12, 0.45, 2), (12, 0.40, 3)],
    &[(13, 0.60, 3), (19, 0.20, 1)],
    &[(14, 0.60, 1), (15, 0.15, 1), (16, 0.25, 1), (16, 0.30, 2), (17, 0.45, 1)],
    &[(18, 0.42, 1), (19, 0.22, 1), (20, 0.30, 1), (20, 0.35, 2), (21, 0.15, 1), (21, 0.35, 2)],
    &[(22, 0.40, 1), (23, 0.30, 1), (24, 0.15, 1)],
    &[(25, 0.40, 1), (26, 0.32, 1), (27, 0.15, 1)],
    &[(28, 0.22, 1), (29, 0.12, 1)],
    &[(30, 0.45, 1), (31, 0.10, 1), (31, 0.40, 2)],
    &[(32, 0.30, 1)],
    &[(37, 0.12, 1)],
    &[(33, 0.55, 1), (34, 0.18, 1), (17, 0.35, 1)],
    &[(35, 0.28, 1), (36, 0.22, 1)],
];

/// The eleven-digit NDC of a medicine: labeler 99999 is assigned to nobody.
#[must_use]
pub fn ndc(drug: usize) -> [u8; 11] {
    let mut out = *b"99999010001";
    let n = u8::try_from(drug % 100).unwrap_or(0);
    out[7] = b'0' + n / 10;
    out[8] = b'0' + n % 10;
    out
}
