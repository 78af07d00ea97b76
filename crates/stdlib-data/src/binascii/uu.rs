//! Uuencoded lines.

pub fn encode(data: &[u8], backtick: bool) -> Vec<u8> {
    let digit = |value: u32| match (value & 63) as u8 {
        0 if backtick => b'`',
        v => v + b' ',
    };
    let mut out = vec![digit(data.len() as u32)];
    for chunk in data.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([18, 12, 6, 0].map(|shift| digit(bits >> shift)));
    }
    out.push(b'\n');
    out
}

pub fn decode(data: &[u8]) -> Result<Vec<u8>, &'static str> {
    let Some((&first, mut rest)) = data.split_first() else {
        return Err("Missing length byte");
    };
    let length = usize::from(first.wrapping_sub(b' ') & 63);
    let mut out = Vec::with_capacity(length);
    let (mut bits, mut count) = (0_u32, 0);
    while out.len() < length {
        let value = match rest.split_first() {
            // Trailing blanks may be missing.
            None | Some((b'\n' | b'\r', _)) => 0,
            Some((&ch, _)) if !(b' '..=b' ' + 64).contains(&ch) => return Err("Illegal char"),
            Some((&ch, _)) => (ch - b' ') & 63,
        };
        rest = rest.get(1..).unwrap_or(&[]);
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    if rest
        .iter()
        .any(|ch| !matches!(ch, b' ' | b'`' | b'\n' | b'\r'))
    {
        return Err("Trailing garbage");
    }
    Ok(out)
}
