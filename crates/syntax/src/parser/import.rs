//! Import statements.

use super::{Failed, Parse, Parser, take_slice};
use crate::ast::{Alias, StmtKind};
use crate::token::TokenKind as T;

impl<'a> Parser<'_, 'a> {
    /// `import_name`, at `import`.
    pub(super) fn parse_import(&mut self) -> Parse<StmtKind<'a>> {
        self.bump();
        let base = self.scratch.aliases.len();
        loop {
            let start = self.start();
            let name = self.parse_dotted_name()?;
            let asname = if self.eat(T::KwAs) {
                Some(self.name()?)
            } else {
                None
            };
            let alias = Alias {
                range: self.range_from(start),
                name,
                asname,
            };
            self.scratch.aliases.push(alias);
            if !self.eat(T::Comma) {
                break;
            }
        }
        Ok(StmtKind::Import {
            names: take_slice!(self, aliases, base),
        })
    }

    /// `import_from`, at `from`.
    pub(super) fn parse_import_from(&mut self) -> Parse<StmtKind<'a>> {
        self.bump();
        let mut level = 0;
        loop {
            level += match self.kind() {
                T::Dot => 1,
                T::Ellipsis => 3,
                _ => break,
            };
            self.bump();
        }
        let module = if level > 0 && self.at(T::KwImport) {
            None
        } else {
            Some(self.parse_dotted_name()?)
        };
        self.expect(T::KwImport)?;
        let names = self.parse_import_targets()?;
        if level == 0
            && module == Some("__future__")
            && names.iter().any(|n| n.name == "barry_as_FLUFL")
        {
            self.options.barry_as_flufl = true;
        }
        Ok(StmtKind::ImportFrom {
            module,
            names,
            level,
        })
    }

    /// `import_from_targets`
    fn parse_import_targets(&mut self) -> Parse<&'a [Alias<'a>]> {
        if self.at(T::Star) {
            let range = self.bump().range;
            return Ok(self.arena.alloc_slice_copy(&[Alias {
                range,
                name: "*",
                asname: None,
            }]));
        }
        let parenthesised = self.eat(T::LPar);
        let base = self.scratch.aliases.len();
        loop {
            let start = self.start();
            let name = self.name()?;
            let asname = if self.eat(T::KwAs) {
                Some(self.name()?)
            } else {
                None
            };
            let alias = Alias {
                range: self.range_from(start),
                name,
                asname,
            };
            self.scratch.aliases.push(alias);
            if !self.eat(T::Comma) || parenthesised && self.at(T::RPar) {
                break;
            }
        }
        if parenthesised {
            self.expect(T::RPar)?;
        } else if self.tokens[self.pos - 1].kind == T::Comma {
            return Err(Failed);
        }
        Ok(take_slice!(self, aliases, base))
    }

    /// `dotted_name`
    pub(super) fn parse_dotted_name(&mut self) -> Parse<&'a str> {
        let first = self.name()?;
        if !self.at(T::Dot) {
            return Ok(first);
        }
        let mut name = bumpalo::collections::String::from_str_in(first, self.arena);
        while self.eat(T::Dot) {
            name.push('.');
            name.push_str(self.name()?);
        }
        Ok(name.into_bump_str())
    }
}
