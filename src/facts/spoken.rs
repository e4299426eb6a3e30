//! Which facts of a condition speak in one person's case: of "late with one of five classes" the classes that are late.
//! Owns that reading of a comparison with a literal; refuses to judge the condition, which SQL alone does.

use super::table::FactValue;

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Word(String),
    Number(f64),
    Text(String),
    Sign(String),
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn split_tokens(sql: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let text = rest[1..].split('\'').next().unwrap_or_default();
            out.push(Token::Text(text.to_owned()));
            text.len() + 2
        } else if is_word(first) {
            let number = first.is_ascii_digit();
            let end = rest.find(|c: char| !(is_word(c) || number && c == '.')).unwrap_or(rest.len());
            let word = rest[..end].to_lowercase();
            out.push(word.parse().map_or(Token::Word(word), Token::Number));
            end
        } else {
            let two = ["<=", ">=", "<>", "!="].into_iter().find(|s| rest.starts_with(s));
            let sign = two.map_or_else(|| first.to_string(), str::to_owned);
            let length = sign.len();
            out.push(Token::Sign(sign));
            length
        };
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    out
}

/// The number that stands here, a sign before it taken in, and what follows it.
fn number_at(tokens: &[Token]) -> Option<(f64, &[Token])> {
    match tokens {
        [Token::Number(n), rest @ ..] => Some((*n, rest)),
        [Token::Sign(minus), Token::Number(n), rest @ ..] if minus == "-" => Some((-n, rest)),
        _ => None,
    }
}

fn numeric(value: &FactValue) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "counts and days are small")]
        FactValue::Integer(n) => Some(*n as f64),
        FactValue::Number(n) => Some(*n),
        FactValue::Text(_) | FactValue::Unknown => None,
    }
}

/// A value against the comparison that follows its name; what is compared with no literal speaks.
fn speaks(value: &FactValue, after: &[Token]) -> bool {
    match (after, value) {
        (_, FactValue::Unknown) => false,
        ([Token::Word(word), rest @ ..], _) if word == "between" => {
            let low = number_at(rest);
            let high = low.and_then(|(_, rest)| number_at(rest.get(1..)?));
            let both = low.zip(high).zip(numeric(value));
            both.is_none_or(|((low, high), n)| (low.0..=high.0).contains(&n))
        }
        ([Token::Word(word), Token::Sign(open), rest @ ..], _) if word == "in" && open == "(" => {
            let list = rest.iter().take_while(|t| **t != Token::Sign(")".to_owned()));
            let mut list = list.filter(|t| !matches!(t, Token::Sign(_)));
            list.any(|t| is_literal(t, value))
        }
        ([Token::Word(word), ..], _) if word == "is" => false,
        ([Token::Sign(sign), Token::Text(text), ..], FactValue::Text(own)) => (sign == "=") == (text == own),
        ([Token::Sign(sign), rest @ ..], _) => match (numeric(value), number_at(rest)) {
            (Some(own), Some((other, _))) => compare(sign, own, other),
            _ => true,
        },
        _ => true,
    }
}

fn is_literal(token: &Token, value: &FactValue) -> bool {
    match (token, value) {
        (Token::Text(text), FactValue::Text(own)) => text == own,
        (Token::Number(n), _) => numeric(value) == Some(*n),
        _ => false,
    }
}

fn compare(sign: &str, own: f64, other: f64) -> bool {
    match sign {
        "<" => own < other,
        "<=" => own <= other,
        ">" => own > other,
        ">=" => own >= other,
        "=" => own.total_cmp(&other).is_eq(),
        "<>" | "!=" => own.total_cmp(&other).is_ne(),
        _ => true,
    }
}

/// The facts of a condition that speak in a person's case, in the order of the condition and once each: those whose value
/// meets the literal that it is compared with there. `value` is the person's value of a name; none for what is no fact.
pub fn spoken_facts(sql: &str, value: &dyn Fn(&str) -> Option<FactValue>) -> Vec<String> {
    let tokens = split_tokens(sql);
    let mut out: Vec<String> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(name) = token else { continue };
        if !out.contains(name) && value(name).is_some_and(|own| speaks(&own, &tokens[at + 1..])) {
            out.push(name.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_facts_those_speak_that_meet_their_literal() {
        let value = |name: &str| match name {
            "statin_late" => Some(FactValue::Integer(400)),
            "ras_late" => Some(FactValue::Integer(20)),
            "insulin_late" => Some(FactValue::Unknown),
            "change" => Some(FactValue::Number(-3.5)),
            "new_drug" => Some(FactValue::Text("not_filled".into())),
            "family" => Some(FactValue::Text("stroke".into())),
            _ => None,
        };
        let told = |sql: &str| spoken_facts(sql, &value);
        let late = "statin_late BETWEEN 30 AND 180 OR ras_late BETWEEN 14 AND 180 OR insulin_late >= 7";
        assert_eq!(told(late), ["ras_late"]);
        assert_eq!(told("(statin_late >= 30 AND ras_late < 20) OR change <= -2"), ["statin_late", "change"]);
        assert_eq!(told("new_drug = 'not_filled' AND family IN ('coronary', 'stroke')"), ["new_drug", "family"]);
        assert_eq!(told("new_drug = 'filled' OR family IN ('coronary') OR ras_late IS NULL"), [""; 0]);
        // A name that stands twice speaks when one of its comparisons holds.
        assert_eq!(told("ras_late > 100 OR ras_late = 20"), ["ras_late"]);
        // Compared with another fact nothing is ruled out.
        assert_eq!(told("statin_late > ras_late"), ["statin_late", "ras_late"]);
    }
}
