//! `str`: translate, maketrans.

use taipan_macros::pymethods;

use super::builder::StrBuilder;
use crate::dict::Dict;
use crate::header::Ref;
use crate::str::{Str, StrView};
use crate::value::Value;
use crate::vm::{PyResult, Vm};

/// What a translation table says of a character.
enum Mapped {
    Same,
    Gone,
    Char(u32),
    Text(Ref<Str>),
}

fn look_up(vm: &Vm, table: &Value, c: u32) -> PyResult<Mapped> {
    let key = vm.new_int(i64::from(c));
    let found = match table.downcast_exact::<Dict>(&vm.types.dict) {
        Some(dict) => dict.get(vm, &key)?,
        None => {
            let found = vm.get_item(table, &key);
            vm.ignore(found, &vm.exc.lookup_error)?
        }
    };
    let Some(found) = found else {
        return Ok(Mapped::Same);
    };
    if found.is_none() {
        return Ok(Mapped::Gone);
    }
    if let Some(n) = found.as_int() {
        return match n.to_i64() {
            Some(n @ 0..0x11_0000) => Ok(Mapped::Char(n as u32)),
            _ => Err(vm.value_error("character mapping must be in range(0x110000)")),
        };
    }
    found
        .downcast_owned::<Str>()
        .map(Mapped::Text)
        .map_err(|_| vm.type_error("character mapping must return integer, None or str"))
}

fn insert_char(vm: &Vm, dict: &Dict, c: u32, value: Value) -> PyResult<()> {
    dict.insert(vm, vm.new_int(i64::from(c)), value)
}

#[pymethods(partial = TRANSLATE, class = "str")]
impl Str {
    /// The text with each character replaced by what the table maps its code point to.
    #[pymethod("(self, table, /)")]
    fn translate(vm: &Vm, this: &Ref<Str>, table: &Value) -> PyResult<Ref<Str>> {
        let view = this.view();
        let mut out = StrBuilder::with_capacity(view.len());
        // What single ASCII characters map to, found out once each: 0xFF unknown, 0xFE gone.
        let mut cache = [0xFFu8; 128];
        for c in view.iter() {
            if c < 128 {
                match cache[c as usize] {
                    0xFF => {}
                    0xFE => continue,
                    b => {
                        out.push_char(u32::from(b));
                        continue;
                    }
                }
            }
            match look_up(vm, table, c)? {
                Mapped::Same => {
                    if c < 128 {
                        cache[c as usize] = c as u8;
                    }
                    out.push_char(c);
                }
                Mapped::Gone => {
                    if c < 128 {
                        cache[c as usize] = 0xFE;
                    }
                }
                Mapped::Char(to) => {
                    if c < 128 && to < 128 {
                        cache[c as usize] = to as u8;
                    }
                    out.push_char(to);
                }
                Mapped::Text(s) => out.push(s.view()),
            }
        }
        out.finish(vm)
    }
    /// A table for translate from a dict, or from two or three strings.
    #[pystaticmethod("(x, y=<unset>, z=<unset>, /)")]
    fn maketrans(
        vm: &Vm,
        x: &Value,
        y: Option<&Ref<Str>>,
        z: Option<&Ref<Str>>,
    ) -> PyResult<Ref<Dict>> {
        let table = vm.new_dict();
        let Some(y) = y else {
            let Some(dict) = x.downcast_exact::<Dict>(&vm.types.dict) else {
                return Err(
                    vm.type_error("if you give only one argument to maketrans it must be a dict")
                );
            };
            for (key, value) in dict.items() {
                if let Some(s) = key.downcast::<Str>() {
                    if s.len() != 1 {
                        return Err(
                            vm.value_error("string keys in translatetable must be of length 1")
                        );
                    }
                    insert_char(vm, &table, s.view().get(0), value)?;
                } else if key.as_int().is_some() {
                    table.insert(vm, key, value)?;
                } else {
                    return Err(vm.type_error("keys in translate table mustbe strings or integers"));
                }
            }
            return Ok(table);
        };
        let Some(x) = x.downcast::<Str>() else {
            return Err(vm.type_error(
                "first maketrans argument must be a string if there is a second argument",
            ));
        };
        if x.len() != y.len() {
            return Err(vm.value_error("the first two maketrans arguments must have equal length"));
        }
        for (from, to) in x.view().iter().zip(y.view().iter()) {
            insert_char(vm, &table, from, vm.new_int(i64::from(to)))?;
        }
        for c in z.map_or(StrView::Ascii(""), |z| z.view()).iter() {
            insert_char(vm, &table, c, Value::NONE)?;
        }
        Ok(table)
    }
}
