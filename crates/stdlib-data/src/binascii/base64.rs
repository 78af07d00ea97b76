//! Base64 (RFC 4648).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Values of characters; 64 for those that stand for none.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut i = 0;
    while i < 64 {
        values[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    values
};

pub fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    let letter = |bits: u32| ALPHABET[(bits & 63) as usize];
    let mut chunks = data.chunks_exact(3);
    for c in &mut chunks {
        let bits = u32::from(c[0]) << 16 | u32::from(c[1]) << 8 | u32::from(c[2]);
        out.extend_from_slice(&[
            letter(bits >> 18),
            letter(bits >> 12),
            letter(bits >> 6),
            letter(bits),
        ]);
    }
    match *chunks.remainder() {
        [a] => {
            let bits = u32::from(a) << 4;
            out.extend_from_slice(&[letter(bits >> 6), letter(bits), b'=', b'=']);
        }
        [a, b] => {
            let bits = u32::from(a) << 10 | u32::from(b) << 2;
            out.extend_from_slice(&[letter(bits >> 12), letter(bits >> 6), letter(bits), b'=']);
        }
        _ => {}
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// The message for data that end after the first character of a group.
fn one_more(out: &[u8]) -> String {
    format!(
        "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
        out.len() / 3 * 4 + 1
    )
}

/// Decodes; characters that stand for nothing are skipped unless `strict`.
pub fn decode(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    let (mut place, mut pads, mut rest) = (0, 0, 0_u8);
    let mut padding_started = false;
    let mut at = 0;
    // Whole groups of four, the common case.
    while let Some(&[a, b, c, d]) = data.get(at..at + 4).and_then(|g| g.first_chunk::<4>()) {
        let v = [a, b, c, d].map(|x| VALUES[x as usize]);
        if (v[0] | v[1] | v[2] | v[3]) & 64 != 0 {
            break;
        }
        out.extend_from_slice(&[
            v[0] << 2 | v[1] >> 4,
            v[1] << 4 | v[2] >> 2,
            v[2] << 6 | v[3],
        ]);
        at += 4;
    }
    let decoded_any = at > 0;
    for (i, &ch) in data.iter().enumerate().skip(at) {
        if ch == b'=' {
            padding_started = true;
            if strict && place == 0 {
                return Err(if i == 0 && !decoded_any {
                    "Leading padding not allowed"
                } else {
                    "Excess padding not allowed"
                }
                .to_owned());
            }
            if strict && place == 1 {
                return Err(one_more(&out));
            }
            if place >= 2 {
                pads += 1;
                if strict && place + pads >= 4 {
                    return match data.get(i + 1) {
                        Some(b'=') => Err("Excess padding not allowed".to_owned()),
                        Some(_) => Err("Excess data after padding".to_owned()),
                        None => Ok(out),
                    };
                }
            }
            continue;
        }
        let value = VALUES[ch as usize];
        if value >= 64 {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        }
        if strict && padding_started {
            return Err("Discontinuous padding not allowed".to_owned());
        }
        pads = 0;
        match place {
            0 => rest = value,
            1 => {
                out.push(rest << 2 | value >> 4);
                rest = value & 15;
            }
            2 => {
                out.push(rest << 4 | value >> 2);
                rest = value & 3;
            }
            _ => out.push(rest << 6 | value),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(out),
        1 => Err(one_more(&out)),
        _ if place + pads >= 4 => Ok(out),
        _ => Err("Incorrect padding".to_owned()),
    }
}
