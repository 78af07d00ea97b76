//! Algorithms over bytes that need no interpreter.

use memchr::memmem;

/// ASCII whitespace as `bytes.split` sees it.
#[inline]
pub fn is_space(b: u8) -> bool {
    matches!(b, 9..=13 | 32)
}

pub fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        Some(hay.len())
    } else {
        memmem::rfind(hay, needle)
    }
}

pub fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [b] => memchr::memchr(*b, hay),
        _ => memmem::find(hay, needle),
    }
}

pub fn count(hay: &[u8], needle: &[u8]) -> usize {
    match needle {
        [] => hay.len() + 1,
        [b] => memchr::memchr_iter(*b, hay).count(),
        _ => memmem::find_iter(hay, needle).count(),
    }
}

/// `data.replace(old, new, max)`; `None` if the result is too long.
pub fn replace(data: &[u8], old: &[u8], new: &[u8], max: usize) -> Option<Vec<u8>> {
    if max == 0 || old.len() > data.len() {
        return Some(data.to_vec());
    }
    let n = count(data, old).min(max);
    let len = new
        .len()
        .checked_mul(n)?
        .checked_add(data.len() - old.len() * n)?;
    let mut out = Vec::new();
    out.try_reserve_exact(len).ok()?;
    if old.is_empty() {
        for (i, &b) in data.iter().enumerate() {
            if i < n {
                out.extend_from_slice(new);
            }
            out.push(b);
        }
        if n > data.len() {
            out.extend_from_slice(new);
        }
        return Some(out);
    }
    let mut from = 0;
    for at in memmem::find_iter(data, old).take(n) {
        out.extend_from_slice(&data[from..at]);
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(&data[from..]);
    Some(out)
}

/// The pieces between separators as ranges.
pub fn split(data: &[u8], sep: &[u8], max: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in memmem::find_iter(data, sep).take(max) {
        pieces.push((from, at));
        from = at + sep.len();
    }
    pieces.push((from, data.len()));
    pieces
}

pub fn rsplit(data: &[u8], sep: &[u8], max: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut end = data.len();
    while pieces.len() < max
        && let Some(at) = memmem::rfind(&data[..end], sep)
    {
        pieces.push((at + sep.len(), end));
        end = at;
    }
    pieces.push((0, end));
    pieces.reverse();
    pieces
}

/// The words between whitespace.
pub fn words(data: &[u8], max: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        while at < data.len() && is_space(data[at]) {
            at += 1;
        }
        if at == data.len() {
            return pieces;
        }
        if pieces.len() == max {
            pieces.push((at, data.len()));
            return pieces;
        }
        let start = at;
        while at < data.len() && !is_space(data[at]) {
            at += 1;
        }
        pieces.push((start, at));
    }
}

pub fn rwords(data: &[u8], max: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut end = data.len();
    loop {
        while end > 0 && is_space(data[end - 1]) {
            end -= 1;
        }
        if end == 0 {
            break;
        }
        if pieces.len() == max {
            pieces.push((0, end));
            break;
        }
        let stop = end;
        while end > 0 && !is_space(data[end - 1]) {
            end -= 1;
        }
        pieces.push((end, stop));
    }
    pieces.reverse();
    pieces
}

/// The lines, with their ends if asked for.
pub fn lines(data: &[u8], keep: bool) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let start = at;
        let end = memchr::memchr2(b'\n', b'\r', &data[at..]).map_or(data.len(), |i| at + i);
        at = match &data[end..] {
            [] => end,
            [b'\r', b'\n', ..] => end + 2,
            _ => end + 1,
        };
        pieces.push((start, if keep { at } else { end }));
    }
    pieces
}

/// The range left when bytes that `drop` accepts are cut off.
pub fn strip(data: &[u8], left: bool, right: bool, drop: impl Fn(u8) -> bool) -> (usize, usize) {
    let (mut start, mut end) = (0, data.len());
    while left && start < end && drop(data[start]) {
        start += 1;
    }
    while right && start < end && drop(data[end - 1]) {
        end -= 1;
    }
    (start, end)
}

pub fn title(data: &[u8]) -> Vec<u8> {
    let mut after = false;
    data.iter()
        .map(|&b| {
            let out = if after {
                b.to_ascii_lowercase()
            } else {
                b.to_ascii_uppercase()
            };
            after = b.is_ascii_alphabetic();
            out
        })
        .collect()
}

pub fn is_title(data: &[u8]) -> bool {
    let (mut any, mut after) = (false, false);
    for &b in data {
        if b.is_ascii_uppercase() {
            if after {
                return false;
            }
            (any, after) = (true, true);
        } else if b.is_ascii_lowercase() {
            if !after {
                return false;
            }
            any = true;
        } else {
            after = false;
        }
    }
    any
}

/// Whether some byte is `yes` and none is `no`.
pub fn is_case(data: &[u8], yes: fn(&u8) -> bool, no: fn(&u8) -> bool) -> bool {
    data.iter().any(yes) && !data.iter().any(no)
}

/// Tabs as spaces; `None` if the result is too long.
pub fn expand_tabs(data: &[u8], tab: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve(data.len()).ok()?;
    let mut column = 0usize;
    for &b in data {
        match b {
            b'\t' => {
                if tab > 0 {
                    let n = tab - column % tab;
                    column = column.checked_add(n)?;
                    out.try_reserve(n).ok()?;
                    out.resize(out.len() + n, b' ');
                }
            }
            _ => {
                out.push(b);
                column = if matches!(b, b'\n' | b'\r') {
                    0
                } else {
                    column + 1
                };
            }
        }
    }
    Some(out)
}

/// `data` with fill bytes around it; `None` if that is too long.
pub fn pad(data: &[u8], left: usize, right: usize, fill: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve_exact(data.len().checked_add(left)?.checked_add(right)?)
        .ok()?;
    out.resize(left, fill);
    out.extend_from_slice(data);
    out.resize(out.len() + right, fill);
    Some(out)
}

/// `data * n`; `None` if that is too long for memory.
pub fn repeat(data: &[u8], n: usize) -> Option<Vec<u8>> {
    let len = data.len().checked_mul(n)?;
    let mut out = Vec::new();
    out.try_reserve_exact(len).ok()?;
    if let [b] = data {
        out.resize(len, *b);
    } else if len > 0 {
        out.extend_from_slice(data);
        while out.len() < len {
            let more = out.len().min(len - out.len());
            out.extend_from_within(..more);
        }
    }
    Some(out)
}
