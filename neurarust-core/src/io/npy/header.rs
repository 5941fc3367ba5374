//! The dictionary in an `.npy` header: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
//!
//! Only strings, `True`, `False` and tuples of numbers are understood, each key once. There is no recursion and nothing
//! is evaluated.

use super::super::fault::{Fault, Parsed, quoted};
use crate::ErrorKind;

/// What the dictionary says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The element type, in NumPy's code.
    pub descr: String,
    /// Column-major.
    pub fortran_order: bool,
    /// The sizes.
    pub shape: Vec<usize>,
}

impl Header {
    /// Reads the text between the preamble and the elements.
    pub fn parse(text: &[u8]) -> Parsed<Header> {
        let text = std::str::from_utf8(text)
            .map_err(|_| Fault::format("the header is no text"))?
            .trim();
        let mut rest = Literals { text, rest: text };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        rest.expect('{')?;
        while !rest.accept('}') {
            let key = rest.string()?;
            rest.expect(':')?;
            let repeated = match key {
                "descr" => descr.replace(rest.descr()?.to_string()).is_some(),
                "fortran_order" => fortran_order.replace(rest.boolean()?).is_some(),
                "shape" => shape.replace(rest.tuple()?).is_some(),
                other => {
                    return Err(Fault::format(format!(
                        "the header has an unknown key {}; expected 'descr', 'fortran_order' and 'shape'",
                        quoted(other)
                    )));
                }
            };
            if repeated {
                return Err(Fault::format(format!("the header has '{key}' twice")));
            }
            if !rest.accept(',') {
                rest.expect('}')?;
                break;
            }
        }
        if !rest.rest.is_empty() {
            return Err(rest.wrong("its end"));
        }
        match (descr, fortran_order, shape) {
            (Some(descr), Some(fortran_order), Some(shape)) => Ok(Header {
                descr,
                fortran_order,
                shape,
            }),
            _ => Err(Fault::format(format!(
                "the header {} lacks one of 'descr', 'fortran_order' and 'shape'",
                quoted(text)
            ))),
        }
    }
}

/// What is left to read.
struct Literals<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Literals<'a> {
    fn wrong(&self, expected: &str) -> Fault {
        Fault::format(format!(
            "the header is not as expected at byte {}: expected {expected}, found {}",
            self.text.len() - self.rest.len(),
            quoted(self.rest)
        ))
    }

    fn advance(&mut self, rest: &'a str) {
        self.rest = rest.trim_start();
    }

    fn accept(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.advance(rest);
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char) -> Parsed<()> {
        match self.accept(c) {
            true => Ok(()),
            false => Err(self.wrong(&format!("'{c}'"))),
        }
    }

    /// A quoted string without escapes.
    fn string(&mut self) -> Parsed<&'a str> {
        for quote in ['\'', '"'] {
            if let Some(rest) = self.rest.strip_prefix(quote)
                && let Some((string, rest)) = rest.split_once(quote)
                && !string.contains('\\')
            {
                self.advance(rest);
                return Ok(string);
            }
        }
        Err(self.wrong("a string"))
    }

    fn descr(&mut self) -> Parsed<&'a str> {
        if self.rest.starts_with('[') {
            return Err(Fault::new(
                ErrorKind::Unsupported,
                "an array of records; save its fields one by one",
            ));
        }
        self.string()
    }

    fn boolean(&mut self) -> Parsed<bool> {
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.advance(rest);
                return Ok(value);
            }
        }
        Err(self.wrong("True or False"))
    }

    fn tuple(&mut self) -> Parsed<Vec<usize>> {
        let mut sizes = Vec::new();
        self.expect('(')?;
        while !self.accept(')') {
            sizes.push(self.number()?);
            if !self.accept(',') {
                // Python: `(3)` is a number, not a tuple.
                if sizes.len() == 1 {
                    return Err(self.wrong("','"));
                }
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }

    fn number(&mut self) -> Parsed<usize> {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let number = digits
            .parse()
            .map_err(|_| self.wrong("a size that fits this machine's memory"))?;
        // What Python 2 wrote behind large numbers.
        self.advance(rest.strip_prefix('L').unwrap_or(rest));
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_in_any_order_and_style() {
        let header = |descr: &str, fortran_order, shape: &[usize]| Header {
            descr: descr.into(),
            fortran_order,
            shape: shape.into(),
        };
        let cases = [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  \n",
                header("<f4", false, &[3, 4]),
            ),
            (
                "{\"shape\":(),\"descr\":\"|b1\",\"fortran_order\":True}",
                header("|b1", true, &[]),
            ),
            (
                "{'descr': '>i8', 'fortran_order': False, 'shape': (2L,)}",
                header(">i8", false, &[2]),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(Header::parse(text.as_bytes()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{",
            "{}",
            "{'descr': '<f4'}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} + 1",
            "__import__('os')",
        ] {
            assert!(Header::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
