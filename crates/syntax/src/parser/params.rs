//! Parameter lists of functions and lambdas.

use super::{Failed, Parse, Parser, take_slice};
use crate::ast::{Arg, Arguments, ExprRef, TypeComment};
use crate::token::TokenKind as T;

/// Where in a parameter list the parser stands.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    Positional,
    KeywordOnly,
    /// After a bare `*`, which needs a parameter.
    BareStar,
    End,
}

impl<'a> Parser<'_, 'a> {
    /// `[params] ')'`, at the first parameter.
    pub(super) fn parse_params(&mut self) -> Parse<&'a Arguments<'a>> {
        self.parse_param_list(T::RPar)
    }

    /// `[lambda_params] ':'`, at the first parameter.
    pub(super) fn parse_lambda_params(&mut self) -> Parse<&'a Arguments<'a>> {
        self.parse_param_list(T::Colon)
    }

    /// Parameters up to the token `end`, which is not consumed.
    fn parse_param_list(&mut self, end: T) -> Parse<&'a Arguments<'a>> {
        let args_base = self.scratch.args.len();
        let defaults_base = self.scratch.exprs.len();
        let kw_defaults_base = self.scratch.opt_exprs.len();
        let (mut posonlyargs, mut args): (&[Arg], Option<&[Arg]>) = (&[], None);
        let (mut vararg, mut kwarg) = (None, None);
        let mut seen_slash = false;
        let mut section = Section::Positional;
        while !self.at(end) {
            match self.kind() {
                T::Slash
                    if section == Section::Positional
                        && !seen_slash
                        && self.scratch.args.len() > args_base =>
                {
                    self.bump();
                    seen_slash = true;
                    posonlyargs = take_slice!(self, args, args_base);
                    if !self.eat(T::Comma) {
                        break;
                    }
                    continue;
                }
                T::Star if section == Section::Positional => {
                    self.bump();
                    args = Some(take_slice!(self, args, args_base));
                    if self.eat(T::Comma) {
                        section = Section::BareStar;
                        continue;
                    }
                    vararg = Some(self.parse_param(end, true)?);
                    section = Section::KeywordOnly;
                }
                T::DoubleStar if matches!(section, Section::Positional | Section::KeywordOnly) => {
                    self.bump();
                    kwarg = Some(self.parse_param(end, false)?);
                    if section == Section::Positional {
                        args = Some(take_slice!(self, args, args_base));
                    }
                    section = Section::End;
                }
                T::Name if section != Section::End => {
                    let param = self.parse_param(end, false)?;
                    let default = if self.eat(T::Equal) {
                        Some(self.parse_expression()?)
                    } else {
                        None
                    };
                    if section == Section::Positional {
                        match default {
                            Some(default) => self.scratch.exprs.push(default),
                            None if self.scratch.exprs.len() > defaults_base => return Err(Failed),
                            None => {}
                        }
                    } else {
                        let default: Option<ExprRef<'a>> = default.map(|d| self.alloc(d));
                        self.scratch.opt_exprs.push(default);
                        section = Section::KeywordOnly;
                    }
                    let at = self.scratch.args.len();
                    self.scratch.args.push(param);
                    let more = self.eat(T::Comma);
                    self.scratch.args[at].type_comment = self.type_comment();
                    if !more {
                        break;
                    }
                    continue;
                }
                _ => return Err(Failed),
            }
            let more = self.eat(T::Comma);
            let comment = self.type_comment();
            if let Some(last) = kwarg.as_mut().or(vararg.as_mut()) {
                last.type_comment = comment;
            }
            if !more {
                break;
            }
        }
        if !self.at(end) || section == Section::BareStar {
            return Err(Failed);
        }
        if seen_slash {
            self.since(8, "Positional-only parameters are", self.token())?;
        }
        let rest = take_slice!(self, args, args_base);
        let (args, kwonlyargs) = match args {
            Some(args) => (args, rest),
            None => (rest, &[][..]),
        };
        let arguments = Arguments {
            posonlyargs,
            args,
            vararg: vararg.map(|a| self.alloc(a)),
            kwonlyargs,
            kw_defaults: take_slice!(self, opt_exprs, kw_defaults_base),
            kwarg: kwarg.map(|a| self.alloc(a)),
            defaults: take_slice!(self, exprs, defaults_base),
        };
        Ok(self.alloc(arguments))
    }

    /// `param`: a name, and outside lambdas an annotation; that of `*args` may be starred.
    fn parse_param(&mut self, end: T, vararg: bool) -> Parse<Arg<'a>> {
        let start = self.start();
        let arg = self.name()?;
        let annotation = if end == T::RPar && self.eat(T::Colon) {
            let annotation = if vararg {
                self.parse_star_expression()?
            } else {
                self.parse_expression()?
            };
            Some(self.alloc(annotation))
        } else {
            None
        };
        Ok(Arg {
            range: self.range_from(start),
            arg,
            annotation,
            type_comment: TypeComment(None),
        })
    }

    /// `[TYPE_COMMENT]`
    pub(super) fn type_comment(&mut self) -> TypeComment<'a> {
        if !self.at(T::TypeComment) {
            return TypeComment(None);
        }
        let token = self.bump();
        TypeComment(Some(super::types::comment_text(self.text(token))))
    }
}
