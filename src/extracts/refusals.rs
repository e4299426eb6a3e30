//! What stops a whole night before a row is judged, and what a rule leaves out without a fault: the words of both
//! tables of `docs/data-quality.md`. Owns no check.

/// A fault of a file or extract, and what happens. Exit 3 unless said otherwise; the last good run stays.
pub const REFUSALS: &[(&str, &str)] = &[
    ("an extract is required and not configured, or no file is at its path", "refused, naming the extract"),
    (
        "a file that is empty, not regular (FIFO, device, socket), unreadable, or outside `run.input_root`",
        "refused, naming the file",
    ),
    ("a file of another kind (PDF, XML, HL7, X12, a database)", "refused, naming what it is"),
    ("a first line that is data, where a header is expected", "refused, told by the shapes of its cells"),
    ("a workbook with merged cells in its table, or several sheets and none named", "refused, naming rows or `sheet`"),
    ("a zip of more or less than one file, or with a path that leads out of it", "refused"),
    ("SQL that reads files by a function", "refused"),
    (
        "a file whose first bytes are not what its name says, a cut or damaged Parquet, gzip or zstd file",
        "refused, naming the file",
    ),
    (
        "text that expands past 256 MiB and 400 times its compressed size",
        "refused while it streams, as a decompression bomb",
    ),
    ("a quote that is opened and never closed", "refused, naming the line"),
    ("another separator than the declared one", "refused, naming the setting"),
    ("required columns missing or renamed", "refused, all of them at once with the nearest names"),
    ("a column name that stands twice, or more than 10,000 columns", "refused"),
    ("a nested column where one value is expected", "refused"),
    ("zoned timestamps without a declared zone", "refused, naming `timezone`"),
    ("a folder's partition key that is also a column of its files", "refused"),
    ("a Delta table's folder, or a folder that still holds `_temporary`", "refused"),
    ("a header without rows", "refused unless `--allow-empty`; social-need screenings may be empty"),
    ("member ids in scientific notation", "refused: their last digits are lost"),
    ("member ids that differ only in case or spaces", "refused"),
    ("a member crosswalk with a circle, or with two targets for one id", "refused, naming the rows"),
    ("a roster with one id twice, or a status, capacity or date that cannot be read", "refused, naming row and column"),
    ("a file that changes while it is read", "refused"),
    ("an input that differs from `--manifest`, or is not in it", "refused before anything is read"),
    ("a feed with over 30 % fewer rows than in the last run", "refused unless `--accept-volume-change`"),
    (
        "a feed without a recent row, or with the files of the last run",
        "a warning, or refused with `quality.refuse_stale`",
    ),
    ("more rejected rows than `[quality]` or `max_bad_share` allow", "exit 4; the quarantine is left under `failed/`"),
    ("a night outside 1990 to 2100", "refused"),
    ("no member left after the checks", "exit 4 when enrolment rows were rejected, else refused"),
    ("day-first and month-first dates declared for one extract", "exit 2"),
];

/// Rows that a rule leaves out: counted, no fault.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("after_as_of", "starts after the night"),
    ("not_yet_arrived", "had not been received by the night"),
    ("left_by_view", "is given on by no row of the view `sql` of its extract: dropped, joined away or grouped"),
    ("filtered_by_where", "is left out by the condition `where` of its extract"),
    ("exact_duplicate", "says what another row says"),
    ("cancelled_visit", "a visit that was cancelled in the end"),
    ("not_icd10cm", "a problem whose code is none of ICD-10-CM; map it with `map_file`"),
    ("repeated_key", "another row of an id that stands once"),
    ("superseded_version", "a lower version of its claim"),
    ("superseded_line", "an earlier copy of a line or fill, told by its version, received or paid date"),
    ("redelivered", "differs from a later copy of the same line or fill in its received or paid date alone"),
    ("superseded_state", "an earlier state of an authorization, referral or task"),
    ("reversal", "reverses another claim or fill"),
    ("reversed", "belongs to a claim or is a fill that was reversed"),
    ("void_without_link", "a void (bill 118) that names no claim"),
];
