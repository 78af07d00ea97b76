//! From the list of codes to a tree. Whatever the list holds, the tree is sound.

use super::CompileError;
use super::chars::Fold;
use super::codes::{MAX_GROUPS, at, category, info, op};
use super::set::{CharSet, Item};
use super::tree::{At, Kind, Node, NodeId, Single, Tree};

type Result<T> = std::result::Result<T, CompileError>;

/// Checks a list of codes and makes a tree of it.
///
/// # Errors
/// See [`CompileError`].
pub fn decode(codes: &[u32], groups: u32, room: &dyn Fn() -> bool) -> Result<Tree> {
    let Some((&op::SUCCESS, body)) = codes.split_last() else {
        return Err(CompileError::Invalid);
    };
    if groups > MAX_GROUPS {
        return Err(CompileError::Invalid);
    }
    let mut decoder = Decoder {
        codes: body,
        groups,
        room,
        tree: Tree {
            nodes: Vec::new(),
            sets: Vec::new(),
            root: 0,
        },
    };
    decoder.tree.root = decoder.sequence(0, body.len())?;
    Ok(decoder.tree)
}

struct Decoder<'a> {
    codes: &'a [u32],
    groups: u32,
    room: &'a dyn Fn() -> bool,
    tree: Tree,
}

impl Decoder<'_> {
    fn add(&mut self, node: Node) -> Result<NodeId> {
        let id = u32::try_from(self.tree.nodes.len()).map_err(|_| CompileError::Invalid)?;
        self.tree.nodes.push(node);
        Ok(id)
    }
    /// A code before `end`.
    fn code(&self, at: usize, end: usize) -> Result<u32> {
        if at < end {
            self.codes.get(at).copied().ok_or(CompileError::Invalid)
        } else {
            Err(CompileError::Invalid)
        }
    }
    /// What the distance that stands at `at` leads to: a place behind it, at most `end`.
    fn target(&self, at: usize, end: usize) -> Result<usize> {
        let distance = self.code(at, end)? as usize;
        match at.checked_add(distance) {
            Some(target) if distance > 0 && target <= end => Ok(target),
            _ => Err(CompileError::Invalid),
        }
    }
    fn expect(&self, at: usize, code: u32) -> Result<()> {
        if self.codes.get(at) == Some(&code) {
            Ok(())
        } else {
            Err(CompileError::Invalid)
        }
    }
    fn check_room(&self) -> Result<()> {
        if (self.room)() {
            Ok(())
        } else {
            Err(CompileError::Depth)
        }
    }

    /// All that stands from `start` to `end`.
    fn sequence(&mut self, start: usize, end: usize) -> Result<NodeId> {
        let (id, at) = self.sequence_or_jump(start, end)?;
        if at == end {
            Ok(id)
        } else {
            Err(CompileError::Invalid)
        }
    }
    /// As [`Decoder::sequence`], but ends before a JUMP. Also gives where it ended.
    fn sequence_or_jump(&mut self, start: usize, end: usize) -> Result<(NodeId, usize)> {
        self.check_room()?;
        let mut items = Vec::new();
        let mut at = start;
        while at < end && self.codes[at] != op::JUMP {
            if let Some(item) = self.item(&mut at, end)? {
                items.push(item);
            }
        }
        let id = match items[..] {
            [one] => one,
            _ => self.add(Node::Seq(items))?,
        };
        Ok((id, at))
    }

    /// The operation at `at`, which moves behind it.
    fn item(&mut self, at: &mut usize, end: usize) -> Result<Option<NodeId>> {
        let code = self.codes[*at];
        let arg = *at + 1;
        let node = match code {
            op::FAILURE => {
                *at = arg;
                Node::Fail
            }
            op::ANY | op::ANY_ALL => {
                *at = arg;
                Node::One(if code == op::ANY {
                    Single::Any
                } else {
                    Single::All
                })
            }
            op::LITERAL | op::NOT_LITERAL => {
                let c = self.code(arg, end)?;
                *at = arg + 1;
                Node::One(if code == op::LITERAL {
                    Single::Char(c)
                } else {
                    Single::Not(c)
                })
            }
            op::LITERAL_IGNORE
            | op::NOT_LITERAL_IGNORE
            | op::LITERAL_LOC_IGNORE
            | op::NOT_LITERAL_LOC_IGNORE
            | op::LITERAL_UNI_IGNORE
            | op::NOT_LITERAL_UNI_IGNORE => {
                let c = self.code(arg, end)?;
                *at = arg + 1;
                let (fold, inverted) = match code {
                    op::LITERAL_IGNORE => (Fold::Ascii, false),
                    op::NOT_LITERAL_IGNORE => (Fold::Ascii, true),
                    op::LITERAL_LOC_IGNORE => (Fold::Locale, false),
                    op::NOT_LITERAL_LOC_IGNORE => (Fold::Locale, true),
                    op::LITERAL_UNI_IGNORE => (Fold::Unicode, false),
                    _ => (Fold::Unicode, true),
                };
                self.set(vec![Item::Char(c)], fold, inverted)?
            }
            op::CATEGORY => {
                let code = self.category(arg, end)?;
                *at = arg + 1;
                self.set(vec![Item::Category(code)], Fold::None, false)?
            }
            op::IN | op::IN_IGNORE | op::IN_LOC_IGNORE | op::IN_UNI_IGNORE => {
                let after = self.target(arg, end)?;
                let items = self.set_items(arg + 1, after)?;
                *at = after;
                let fold = match code {
                    op::IN => Fold::None,
                    op::IN_IGNORE => Fold::Ascii,
                    op::IN_LOC_IGNORE => Fold::Locale,
                    _ => Fold::Unicode,
                };
                self.set(items, fold, false)?
            }
            op::AT => {
                let node = Node::At(position(self.code(arg, end)?)?);
                *at = arg + 1;
                node
            }
            op::MARK => {
                let mark = self.code(arg, end)?;
                if mark >= 2 * self.groups {
                    return Err(CompileError::Invalid);
                }
                *at = arg + 1;
                Node::Mark(mark)
            }
            op::GROUPREF
            | op::GROUPREF_IGNORE
            | op::GROUPREF_LOC_IGNORE
            | op::GROUPREF_UNI_IGNORE => {
                let group = self.group(arg, end)?;
                *at = arg + 1;
                let fold = match code {
                    op::GROUPREF => Fold::None,
                    op::GROUPREF_IGNORE => Fold::Ascii,
                    op::GROUPREF_LOC_IGNORE => Fold::Locale,
                    _ => Fold::Unicode,
                };
                Node::Ref { group, fold }
            }
            op::INFO => {
                *at = self.info(arg, end)?;
                return Ok(None);
            }
            op::BRANCH => self.branch(at, end)?,
            op::GROUPREF_EXISTS => self.conditional(at, end)?,
            op::REPEAT | op::POSSESSIVE_REPEAT => self.repeat(at, end)?,
            op::REPEAT_ONE | op::MIN_REPEAT_ONE | op::POSSESSIVE_REPEAT_ONE => {
                self.repeat_one(at, end)?
            }
            op::ATOMIC_GROUP => {
                let after = self.target(arg, end)?;
                let body = self.closed(arg + 1, after)?;
                *at = after;
                Node::Atomic(body)
            }
            op::ASSERT | op::ASSERT_NOT => {
                let after = self.target(arg, end)?;
                let behind = self.code(arg + 1, after)?;
                if behind > i32::MAX as u32 {
                    return Err(CompileError::Invalid);
                }
                let body = self.closed(arg + 2, after)?;
                *at = after;
                Node::Look {
                    behind,
                    negative: code == op::ASSERT_NOT,
                    body,
                }
            }
            _ => return Err(CompileError::Invalid),
        };
        self.add(node).map(Some)
    }

    /// A part that ends in SUCCESS before `after`.
    fn closed(&mut self, start: usize, after: usize) -> Result<NodeId> {
        if start >= after {
            return Err(CompileError::Invalid);
        }
        self.expect(after - 1, op::SUCCESS)?;
        self.sequence(start, after - 1)
    }
    fn group(&self, at: usize, end: usize) -> Result<u32> {
        match self.code(at, end)? {
            group if group < self.groups => Ok(group),
            _ => Err(CompileError::Invalid),
        }
    }
    fn category(&self, at: usize, end: usize) -> Result<u32> {
        match self.code(at, end)? {
            code if code < category::COUNT => Ok(code),
            _ => Err(CompileError::Invalid),
        }
    }
    fn set(&mut self, items: Vec<Item>, fold: Fold, inverted: bool) -> Result<Node> {
        let set = CharSet::new(items, fold, inverted);
        // Patterns repeat their sets; the last ones are looked at.
        let recent = self.tree.sets.len().saturating_sub(16);
        let known = self.tree.sets[recent..].iter().position(|s| *s == set);
        let index = match known {
            Some(index) => recent + index,
            None => {
                self.tree.sets.push(set);
                self.tree.sets.len() - 1
            }
        };
        let index = u32::try_from(index).map_err(|_| CompileError::Invalid)?;
        Ok(Node::One(Single::Set(index)))
    }

    /// The items of a set that ends in FAILURE before `after`.
    fn set_items(&self, start: usize, after: usize) -> Result<Vec<Item>> {
        if start >= after {
            return Err(CompileError::Invalid);
        }
        let end = after - 1;
        self.expect(end, op::FAILURE)?;
        let mut items = Vec::new();
        let mut at = start;
        while at < end {
            let code = self.codes[at];
            at += 1;
            items.push(match code {
                op::NEGATE => Item::Negate,
                op::LITERAL => {
                    at += 1;
                    Item::Char(self.code(at - 1, end)?)
                }
                op::RANGE | op::RANGE_UNI_IGNORE => {
                    let (low, high) = (self.code(at, end)?, self.code(at + 1, end)?);
                    at += 2;
                    if code == op::RANGE {
                        Item::Range(low, high)
                    } else {
                        Item::RangeIgnore(low, high)
                    }
                }
                op::CATEGORY => {
                    at += 1;
                    Item::Category(self.category(at - 1, end)?)
                }
                op::CHARSET => {
                    at += 8;
                    Item::Bitmap(self.bitmap(at - 8, end)?)
                }
                op::BIGCHARSET => self.chunks(&mut at, end)?,
                _ => return Err(CompileError::Invalid),
            });
        }
        Ok(items)
    }
    fn bitmap(&self, at: usize, end: usize) -> Result<[u32; 8]> {
        if at + 8 > end {
            return Err(CompileError::Invalid);
        }
        let mut map = [0; 8];
        map.copy_from_slice(&self.codes[at..at + 8]);
        Ok(map)
    }
    fn chunks(&self, at: &mut usize, end: usize) -> Result<Item> {
        let count = self.code(*at, end)? as usize;
        *at += 1;
        if *at + 64 > end {
            return Err(CompileError::Invalid);
        }
        let mut which = Box::new([0u8; 256]);
        for (four, code) in which.chunks_exact_mut(4).zip(&self.codes[*at..*at + 64]) {
            four.copy_from_slice(&code.to_ne_bytes());
        }
        *at += 64;
        if which.iter().any(|&c| usize::from(c) >= count) {
            return Err(CompileError::Invalid);
        }
        if count > (end - *at) / 8 {
            return Err(CompileError::Invalid);
        }
        let mut chunks = Vec::with_capacity(count);
        for _ in 0..count {
            chunks.push(self.bitmap(*at, end)?);
            *at += 8;
        }
        Ok(Item::Chunks(which, chunks.into()))
    }

    /// The block of hints at the start. The program finds its own, so it is only checked. Gives what follows.
    fn info(&self, arg: usize, end: usize) -> Result<usize> {
        let after = self.target(arg, end)?;
        let flags = self.code(arg + 1, after)?;
        let start = arg + 4;
        if start > after || flags & !(info::PREFIX | info::LITERAL | info::CHARSET) != 0 {
            return Err(CompileError::Invalid);
        }
        if flags & info::PREFIX != 0 && flags & info::CHARSET != 0
            || flags & info::LITERAL != 0 && flags & info::PREFIX == 0
        {
            return Err(CompileError::Invalid);
        }
        if flags & info::PREFIX != 0 {
            let len = self.code(start, after)? as usize;
            if after - start < 2
                || (after - start - 2) / 2 != len
                || !(after - start).is_multiple_of(2)
            {
                return Err(CompileError::Invalid);
            }
        } else if flags & info::CHARSET != 0 {
            self.set_items(start, after)?;
        } else if start != after {
            return Err(CompileError::Invalid);
        }
        Ok(after)
    }

    fn branch(&mut self, at: &mut usize, end: usize) -> Result<Node> {
        let mut alternatives = Vec::new();
        let mut jumps = None;
        let mut here = *at + 1;
        while self.code(here, end)? != 0 {
            let next = self.target(here, end)?;
            if next < here + 3 {
                return Err(CompileError::Invalid);
            }
            self.expect(next - 2, op::JUMP)?;
            let target = self.target(next - 1, end)?;
            if *jumps.get_or_insert(target) != target {
                return Err(CompileError::Invalid);
            }
            alternatives.push(self.sequence(here + 1, next - 2)?);
            here = next;
        }
        let after = here + 1;
        if jumps.is_some_and(|target| target != after) {
            return Err(CompileError::Invalid);
        }
        *at = after;
        Ok(Node::Alt(alternatives))
    }

    fn conditional(&mut self, at: &mut usize, end: usize) -> Result<Node> {
        let arg = *at + 1;
        let group = self.group(arg, end)?;
        let distance = self.code(arg + 1, end)? as usize;
        let start = arg + 2;
        let otherwise = arg
            .checked_add(distance)
            .filter(|&t| t >= start && t <= end)
            .ok_or(CompileError::Invalid)?;
        let (yes, stop) = self.sequence_or_jump(start, otherwise)?;
        let no = if stop == otherwise {
            *at = otherwise;
            self.add(Node::Seq(Vec::new()))?
        } else if stop + 2 == otherwise {
            let after = self.target(stop + 1, end)?;
            *at = after;
            self.sequence(otherwise, after)?
        } else {
            return Err(CompileError::Invalid);
        };
        Ok(Node::Cond { group, yes, no })
    }

    fn bounds(&self, at: usize, end: usize) -> Result<(u32, u32)> {
        match (self.code(at, end)?, self.code(at + 1, end)?) {
            (min, max) if min <= max => Ok((min, max)),
            _ => Err(CompileError::Invalid),
        }
    }
    fn repeat(&mut self, at: &mut usize, end: usize) -> Result<Node> {
        let arg = *at + 1;
        let until = self.target(arg, end)?;
        let (min, max) = self.bounds(arg + 1, until)?;
        let possessive = self.codes[*at] == op::POSSESSIVE_REPEAT;
        let kind = match (self.code(until, end)?, possessive) {
            (op::MAX_UNTIL, false) => Kind::Greedy,
            (op::MIN_UNTIL, false) => Kind::Lazy,
            (op::SUCCESS, true) => Kind::Possessive,
            _ => return Err(CompileError::Invalid),
        };
        if arg + 3 > until {
            return Err(CompileError::Invalid);
        }
        let body = self.sequence(arg + 3, until)?;
        *at = until + 1;
        Ok(Node::Repeat {
            body,
            min,
            max,
            kind,
        })
    }
    fn repeat_one(&mut self, at: &mut usize, end: usize) -> Result<Node> {
        let arg = *at + 1;
        let after = self.target(arg, end)?;
        let (min, max) = self.bounds(arg + 1, after)?;
        let kind = match self.codes[*at] {
            op::REPEAT_ONE => Kind::Greedy,
            op::MIN_REPEAT_ONE => Kind::Lazy,
            _ => Kind::Possessive,
        };
        let body = self.closed(arg + 3, after)?;
        *at = after;
        Ok(Node::Repeat {
            body,
            min,
            max,
            kind,
        })
    }
}

fn position(code: u32) -> Result<At> {
    Ok(match code {
        at::BEGINNING | at::BEGINNING_STRING => At::Begin,
        at::BEGINNING_LINE => At::BeginLine,
        at::BOUNDARY | at::LOC_BOUNDARY => At::Boundary { unicode: false },
        at::NON_BOUNDARY | at::LOC_NON_BOUNDARY => At::NonBoundary { unicode: false },
        at::END => At::End,
        at::END_LINE => At::EndLine,
        at::END_STRING => At::EndString,
        at::UNI_BOUNDARY => At::Boundary { unicode: true },
        at::UNI_NON_BOUNDARY => At::NonBoundary { unicode: true },
        _ => return Err(CompileError::Invalid),
    })
}
