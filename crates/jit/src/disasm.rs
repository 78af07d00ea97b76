//! Machine code as text.

use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter, Mnemonic};

/// Offset and text of each instruction; addresses inside the code show as offsets. The
/// code goes on until `end` at least; constants lie behind it.
pub(crate) fn disassemble(code: &[u8], end: u32) -> Vec<(u32, String)> {
    let mut formatter = IntelFormatter::new();
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_space_after_operand_separator(true);
    options.set_branch_leading_zeros(false);
    options.set_uppercase_hex(false);
    options.set_signed_immediate_operands(true);
    options.set_small_hex_numbers_in_decimal(true);
    let mut out = Vec::new();
    let mut goes_on = true;
    for i in &mut Decoder::new(64, code, DecoderOptions::NONE) {
        let offset = i.ip() as u32;
        if offset >= end && !goes_on {
            break;
        }
        let mut text = String::new();
        formatter.format(&i, &mut text);
        goes_on = !matches!(i.mnemonic(), Mnemonic::Ret | Mnemonic::Jmp | Mnemonic::Ud2);
        out.push((offset, text));
    }
    out
}
