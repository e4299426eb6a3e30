//! What the parts of a night on many machines tell each other: the prelude that all of them follow, the streams of packed
//! rows, the folder and the receipt that a part leaves. Owns these forms and the refusal of whatever does not fit
//! together; refuses to read an input, to measure anybody and to publish.

mod carrier;
mod error;
mod part_folder;
mod part_record;
mod prelude_file;
mod receipt;

pub use carrier::{everyone_streams, part_streams, whole_streams};
pub use error::ClusterError;
pub use part_folder::{PART_FILE, ROWS_FOLDER, keep_rows, open_part_folder, write_receipt};
pub use part_record::{PartMeasures, PartRecord, ids_hash};
pub use prelude_file::{EVENT_EXTRACTS, ModelUsed, PRELUDE_FORMAT, Prelude, PreludeFolder};
pub use receipt::{RECEIPT_FORMAT, Receipt, read_receipts};
