//! Machine code as text.

use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};

/// Offset and text of each instruction; addresses inside the code show as offsets.
pub(crate) fn disassemble(code: &[u8]) -> Vec<(u32, String)> {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_space_after_operand_separator(true);
    options.set_branch_leading_zeros(false);
    options.set_small_hex_numbers_in_decimal(true);
    Decoder::new(64, code, DecoderOptions::NONE)
        .iter()
        .map(|i| {
            let mut text = String::new();
            formatter.format(&i, &mut text);
            (i.ip() as u32, text)
        })
        .collect()
}
