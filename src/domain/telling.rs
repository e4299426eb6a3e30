//! How counts and hidden facts are told, whoever prints them. Owns the small-cell limit, the word for what a reader may not
//! see, and a sentence's first letter; refuses to decide what is hidden from whom.

/// Counts of people from 1 to one less than this are not shown where a page travels (the cell-size rule of CMS).
pub const SMALL_CELL: usize = 11;

/// What stands for anything that rests on a sensitive code.
pub const SEE_RECORD: &str = "see record";

/// The text with its first letter large.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
