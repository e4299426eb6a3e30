//! Closed words of the configuration. Owns their spelling; refuses to know what is done with them.

use crate::domain::vocabulary::word_list;

word_list! {
    /// A sink of the audience files.
    OutputFormat {
        /// Comma-separated text.
        Csv = "csv",
        /// Parquet.
        Parquet = "parquet",
        /// A workbook.
        Xlsx = "xlsx",
        /// The report page.
        Html = "html",
        /// HL7 FHIR R4 resources, on request.
        Fhir = "fhir",
    }
}
word_list! {
    /// Who may read sensitive conditions in plain words, each with files of its own.
    Role {
        /// Every care manager's own sheet.
        CareManager = "care_manager",
        /// Reads `outreach.*`.
        Director = "director",
        /// Reads `reasons.parquet` and `explain`.
        Analyst = "analyst",
        /// Reads `fhir/*`.
        Integration = "integration",
        /// Sheets of registered nurses.
        Rn = "RN",
        /// Sheets of licensed clinical social workers.
        Lcsw = "LCSW",
        /// Sheets of licensed professional counselors.
        Lpc = "LPC",
        /// Sheets of community health workers.
        Chw = "CHW",
        /// Sheets of pharmacists.
        PharmD = "PharmD",
        /// Sheets of managers with a general focus.
        General = "general",
        /// Sheets of managers with a geriatric focus.
        Geriatric = "geriatric",
        /// Sheets of managers with a behavioral focus.
        Behavioral = "behavioral",
        /// Sheets of managers with a complex focus.
        Complex = "complex",
    }
}
word_list! {
    /// What a person's risk mainly comes from, for the multiplier of impactability.
    Segment {
        /// Medicines.
        Medication = "medication",
        /// Social needs.
        Social = "social",
        /// Behavioral health.
        Behavioral = "behavioral",
        /// Chronic disease.
        Chronic = "chronic",
        /// Anything else.
        General = "general",
    }
}
word_list! {
    /// The day on which the list of a night is worked.
    WorkDay {
        /// The first business day after the night: Monday to Friday, US federal holidays off.
        NextBusinessDay = "next_business_day",
        /// The calendar day after the night, for teams that work weekends.
        NextDay = "next_day",
        /// The night's own date.
        SameDay = "same_day",
    }
}
word_list! {
    /// Format of an extract's files.
    FormatName {
        /// Text with a separator.
        Csv = "csv",
        /// Parquet.
        Parquet = "parquet",
        /// Text with columns of fixed width.
        Fixed = "fixed",
        /// An Excel workbook.
        Xlsx = "xlsx",
        /// A JSON object a line.
        Ndjson = "ndjson",
    }
}
word_list! {
    /// Encoding of a text file without a byte-order mark.
    Encoding {
        /// UTF-8.
        Utf8 = "utf-8",
        /// UTF-16, little-endian without a mark.
        Utf16 = "utf-16",
        /// Windows code page 1252: what Excel writes in Western Europe and America.
        Windows1252 = "windows-1252",
        /// ISO 8859-1: each byte is the character of its number.
        Iso88591 = "iso-8859-1",
        /// ISO 8859-1 by its other name.
        Latin1 = "latin1",
    }
}
