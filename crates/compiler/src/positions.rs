//! The position table: for each instruction its [`Position`], packed.
//!
//! Each entry is a run of instructions that share a position: a varint run
//! length, then a signed varint line delta, an unsigned varint
//! `end_line - line`, and column and end column plus one (0 stands for none).
//! A line of -1 is written as run length 0 followed by the real run length.

use crate::code::Position;

/// Builds a position table.
#[derive(Default)]
pub struct PositionWriter {
    bytes: Vec<u8>,
    line: i32,
    run: Option<(Position, u32)>,
}

impl PositionWriter {
    pub fn push(&mut self, position: Position) {
        match &mut self.run {
            Some((last, count)) if *last == position => *count += 1,
            _ => {
                self.flush();
                self.run = Some((position, 1));
            }
        }
    }

    pub fn finish(mut self) -> Box<[u8]> {
        self.flush();
        self.bytes.into_boxed_slice()
    }

    fn flush(&mut self) {
        let Some((p, count)) = self.run.take() else {
            return;
        };
        if p.line < 0 {
            self.bytes.push(0);
            write_varint(&mut self.bytes, count);
            return;
        }
        write_varint(&mut self.bytes, count);
        let delta = p.line.wrapping_sub(self.line);
        write_varint(&mut self.bytes, ((delta << 1) ^ (delta >> 31)) as u32);
        self.line = p.line;
        write_varint(
            &mut self.bytes,
            p.end_line.saturating_sub(p.line).max(0) as u32,
        );
        write_varint(&mut self.bytes, (p.column + 1).max(0) as u32);
        write_varint(&mut self.bytes, (p.end_column + 1).max(0) as u32);
    }
}

/// Reads a position table as runs of (position, number of instructions).
/// Hostile tables give nonsense, never a panic.
pub struct PositionReader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: i32,
}

impl<'a> PositionReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            line: 0,
        }
    }

    fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        let mut shift = 0;
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u32::from(byte & 0x7F).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
    }
}

impl Iterator for PositionReader<'_> {
    type Item = (Position, u32);

    fn next(&mut self) -> Option<Self::Item> {
        let count = self.varint()?;
        if count == 0 {
            return Some((Position::NONE, self.varint()?));
        }
        let zigzag = self.varint()?;
        self.line = self
            .line
            .wrapping_add((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32));
        let end_line = self.line.wrapping_add(self.varint()? as i32);
        let column = (self.varint()? as i32).wrapping_sub(1);
        let end_column = (self.varint()? as i32).wrapping_sub(1);
        Some((
            Position {
                line: self.line,
                end_line,
                column,
                end_column,
            },
            count,
        ))
    }
}

/// The position of one instruction; [`Position::NONE`] beyond the table.
pub fn position_of(bytes: &[u8], instr: u32) -> Position {
    let mut first = 0u32;
    for (position, count) in PositionReader::new(bytes) {
        if instr.wrapping_sub(first) < count {
            return position;
        }
        first = first.wrapping_add(count);
    }
    Position::NONE
}

fn write_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
