//! A text as words between white space, each with its line and number.

use super::fault::{Fault, FileError, Place, quoted};

/// Reads words one after another and knows where it is.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    token: usize,
    /// Whether a line, without its leading blanks, is a comment.
    comment: fn(&str) -> bool,
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, comment: fn(&str) -> bool) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            token: 0,
            comment,
        }
    }

    /// Bytes that have not been read.
    pub(super) fn bytes_left(&self) -> usize {
        self.text.len() - self.at
    }

    /// Where the word stands that was read last.
    pub(super) fn place(&self) -> Place {
        Place::Token {
            line: self.line,
            token: self.token.max(1),
        }
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            while let Some(&byte) = bytes.get(self.at).filter(|b| is_blank(**b)) {
                self.at += 1;
                if byte == b'\n' {
                    self.line += 1;
                    self.token = 0;
                }
            }
            let rest = &self.text[self.at..];
            if rest.is_empty() || self.token > 0 || !(self.comment)(rest) {
                return;
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// The next word, if there is one.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        self.skip_blanks();
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(is_blank).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        self.at += end;
        self.token += 1;
        Some(&rest[..end])
    }

    /// The next word, which must be there.
    pub(super) fn word(&mut self, expected: &'static str) -> Result<&'a str, FileError> {
        self.next()
            .ok_or_else(|| Fault::Ends(expected).at(self.place()))
    }

    /// A count or an index.
    pub(super) fn count(&mut self, expected: &'static str) -> Result<usize, FileError> {
        let word = self.word(expected)?;
        count(word, expected).map_err(|fault| fault.at(self.place()))
    }

    /// A count that must not pass a limit.
    pub(super) fn count_within(
        &mut self,
        what: &'static str,
        limit: usize,
    ) -> Result<usize, FileError> {
        let value = self.count(what)?;
        if value > limit {
            return Err(Fault::TooMany { what, value, limit }.at(self.place()));
        }
        Ok(value)
    }

    /// A finite weight of zero or more.
    pub(super) fn weight(&mut self, expected: &'static str) -> Result<f64, FileError> {
        let word = self.word(expected)?;
        let value = real(word, expected).map_err(|fault| fault.at(self.place()))?;
        if value < 0.0 {
            return Err(Fault::Negative(value).at(self.place()));
        }
        // No negative zero.
        Ok(value + 0.0)
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), FileError> {
        match self.next() {
            None => Ok(()),
            Some(word) => Err(Fault::Unexpected {
                expected: "the end of the file",
                found: quoted(word),
            }
            .at(self.place())),
        }
    }
}

/// A number without sign, in digits; one that does not fit counts as the largest that does, which is
/// over every limit.
pub(super) fn count(word: &str, expected: &'static str) -> Result<usize, Fault> {
    if word.is_empty() || !word.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fault::Unexpected {
            expected,
            found: quoted(word),
        });
    }
    Ok(word.parse().unwrap_or(usize::MAX))
}

/// A decimal number, with or without exponent. One that is not zero and comes out as zero or infinite is
/// refused: it would mean something else.
pub(super) fn real(word: &str, expected: &'static str) -> Result<f64, Fault> {
    let value: f64 = word.parse().map_err(|_| Fault::Unexpected {
        expected,
        found: quoted(word),
    })?;
    let mantissa = word.split(['e', 'E']).next().unwrap_or_default();
    let vanished = value == 0.0 && mantissa.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if !value.is_finite() || vanished {
        return Err(Fault::NotFinite(quoted(word)));
    }
    Ok(value)
}

/// The shortest decimal that reads back as the same double, with an exponent where zeros would pile up.
pub fn shortest(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_places_and_comment_lines_have_none() {
        let mut t = Tokens::new(" a\t b\n# no words\n\x0b\r\n c#d\n", |l| l.starts_with('#'));
        let mut seen = Vec::new();
        while let Some(word) = t.next() {
            seen.push((word, t.place()));
        }
        let place = |line, token| Place::Token { line, token };
        assert_eq!(
            seen,
            [("a", place(1, 1)), ("b", place(1, 2)), ("c#d", place(4, 1))]
        );
    }

    #[test]
    fn numbers_that_would_change_are_refused() {
        for word in ["nan", "inf", "-inf", "1e999", "1e-400", "0.0001e-330"] {
            assert!(
                matches!(real(word, "x"), Err(Fault::NotFinite(_))),
                "{word}"
            );
        }
        for word in ["", "1,5", "0x3", "1e", "--1", "1d5"] {
            assert!(
                matches!(real(word, "x"), Err(Fault::Unexpected { .. })),
                "{word}"
            );
        }
        assert!(real("0e-999", "x").is_ok() && real("5e-324", "x").is_ok());
        assert_eq!(count("99999999999999999999999", "n"), Ok(usize::MAX));
        for word in ["-1", "+1", "1.0", "²"] {
            assert!(count(word, "n").is_err(), "{word}");
        }
    }

    #[test]
    fn shortest_decimals_read_back() {
        for x in [
            0.0,
            0.1,
            1e-5,
            5e-324,
            f64::MAX,
            1.0 / 3.0,
            -2.5e17,
            123_456.0,
        ] {
            assert_eq!(shortest(x).parse::<f64>().unwrap().to_bits(), x.to_bits());
        }
        assert!(shortest(1e-300).len() < 10);
    }
}
