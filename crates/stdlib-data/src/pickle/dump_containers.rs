//! Pickling: tuples, lists, dicts and sets.

use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::set::Set;
use taipan_object::tuple::Tuple;
use taipan_object::{PyResult, Ref, Value, Vm};

use super::dump::Dump;
use super::globals::{noted, type_name};
use super::op::{self, BATCH};

fn item_note(vm: &Vm, container: &Value, index: usize) -> PyResult<Vec<u8>> {
    Ok(format!("when serializing {} item {index}", type_name(vm, container)).into_bytes())
}

fn key_note(vm: &Vm, container: &Value, key: &Value) -> PyResult<Vec<u8>> {
    let mut note = format!("when serializing {} item ", type_name(vm, container)).into_bytes();
    vm.repr(key)?.view().push_wtf8(&mut note);
    Ok(note)
}

impl Dump<'_> {
    fn save_item(&mut self, container: &Value, index: usize, item: &Value) -> PyResult<()> {
        let saved = self.save(item);
        let vm = self.vm;
        noted(vm, saved, || item_note(vm, container, index))
    }
    pub fn save_pair(&mut self, container: &Value, key: &Value, value: &Value) -> PyResult<()> {
        self.save(key)?;
        let saved = self.save(value);
        let vm = self.vm;
        noted(vm, saved, || key_note(vm, container, key))
    }

    pub fn save_tuple(&mut self, tuple: &Ref<Tuple>) -> PyResult<()> {
        let object = tuple.as_value();
        let items = tuple.items();
        if items.is_empty() {
            match self.binary {
                true => self.out.byte(op::EMPTY_TUPLE),
                false => self.out.put(&[op::MARK, op::TUPLE]),
            }
            return Ok(());
        }
        let short = items.len() <= 3 && self.protocol >= 2;
        if !short {
            self.out.byte(op::MARK);
        }
        for (index, item) in items.iter().enumerate() {
            self.save_item(object, index, item)?;
        }
        // A tuple that holds itself was written with its items: those are taken back.
        if let Some(index) = self.memo.get(object) {
            if !short && self.binary {
                self.out.byte(op::POP_MARK);
            } else {
                let pops = items.len() + usize::from(!short);
                (0..pops).for_each(|_| self.out.byte(op::POP));
            }
            self.fetch(index);
            return Ok(());
        }
        self.out.byte(match (short, items.len()) {
            (true, 1) => op::TUPLE1,
            (true, 2) => op::TUPLE2,
            (true, _) => op::TUPLE3,
            _ => op::TUPLE,
        });
        self.memoize(object);
        Ok(())
    }

    pub fn save_list(&mut self, list: &Ref<List>) -> PyResult<()> {
        let object = list.as_value();
        match self.binary {
            true => self.out.byte(op::EMPTY_LIST),
            false => self.out.put(&[op::MARK, op::LIST]),
        }
        self.memoize(object);
        if list.is_empty() {
            return Ok(());
        }
        if !self.binary {
            let items = self.vm.iter(object)?;
            return self.save_appends(&items, Some(object));
        }
        if list.len() == 1
            && let Some(item) = list.get(0)
        {
            self.save_item(object, 0, &item)?;
            self.out.byte(op::APPEND);
            return Ok(());
        }
        let mut index = 0;
        while index < list.len() {
            self.out.byte(op::MARK);
            let end = index + BATCH;
            while index < end
                && let Some(item) = list.get(index)
            {
                self.save_item(object, index, &item)?;
                index += 1;
            }
            self.out.byte(op::APPENDS);
        }
        Ok(())
    }
    /// Items of an iterator, for the list-like object on the stack.
    pub fn save_appends(&mut self, items: &Value, object: Option<&Value>) -> PyResult<()> {
        let vm = self.vm;
        let container = object.unwrap_or(items);
        let mut index = 0;
        if !self.binary {
            while let Some(item) = vm.next(items)? {
                self.save_item(container, index, &item)?;
                self.out.byte(op::APPEND);
                index += 1;
            }
            return Ok(());
        }
        loop {
            let Some(first) = vm.next(items)? else {
                return Ok(());
            };
            let Some(mut item) = vm.next(items)? else {
                self.save_item(container, index, &first)?;
                self.out.byte(op::APPEND);
                return Ok(());
            };
            self.out.byte(op::MARK);
            self.save_item(container, index, &first)?;
            let end = index + BATCH;
            index += 1;
            let more = loop {
                self.save_item(container, index, &item)?;
                index += 1;
                if index == end {
                    break true;
                }
                match vm.next(items)? {
                    Some(next) => item = next,
                    None => break false,
                }
            };
            self.out.byte(op::APPENDS);
            if !more {
                return Ok(());
            }
        }
    }

    pub fn save_dict(&mut self, dict: &Ref<Dict>) -> PyResult<()> {
        let vm = self.vm;
        let object = dict.as_value();
        match self.binary {
            true => self.out.byte(op::EMPTY_DICT),
            false => self.out.put(&[op::MARK, op::DICT]),
        }
        self.memoize(object);
        let size = dict.len();
        if size == 0 {
            return Ok(());
        }
        if !self.binary {
            let items = vm.call_method(object, &vm.names.items, &[])?;
            let items = vm.iter(&items)?;
            return self.save_setitems(&items, Some(object));
        }
        let mut at = 0;
        if size == 1 {
            if let Some((_, _, key, value)) = dict.next_entry(0) {
                self.save_pair(object, &key, &value)?;
                self.out.byte(op::SETITEM);
            }
            return Ok(());
        }
        loop {
            self.out.byte(op::MARK);
            let mut count = 0;
            while count < BATCH
                && let Some((place, _, key, value)) = dict.next_entry(at)
            {
                self.save_pair(object, &key, &value)?;
                at = place + 1;
                count += 1;
            }
            self.out.byte(op::SETITEMS);
            if dict.len() != size {
                return Err(vm.runtime_error("dictionary changed size during iteration"));
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }
    /// Pairs of an iterator, for the dict-like object on the stack.
    pub fn save_setitems(&mut self, items: &Value, object: Option<&Value>) -> PyResult<()> {
        let vm = self.vm;
        let container = object.unwrap_or(items);
        let pair = |item: Value| -> PyResult<(Value, Value)> {
            match item.downcast::<Tuple>().map(|t| t.items()) {
                Some([key, value]) => Ok((key.clone(), value.clone())),
                _ => Err(vm.type_error("dict items iterator must return 2-tuples")),
            }
        };
        if !self.binary {
            while let Some(item) = vm.next(items)? {
                let (key, value) = pair(item)?;
                self.save_pair(container, &key, &value)?;
                self.out.byte(op::SETITEM);
            }
            return Ok(());
        }
        loop {
            let Some(first) = vm.next(items)? else {
                return Ok(());
            };
            let (key, value) = pair(first)?;
            let Some(mut item) = vm.next(items)? else {
                self.save_pair(container, &key, &value)?;
                self.out.byte(op::SETITEM);
                return Ok(());
            };
            self.out.byte(op::MARK);
            self.save_pair(container, &key, &value)?;
            let mut count = 1;
            let more = loop {
                let (key, value) = pair(item)?;
                self.save_pair(container, &key, &value)?;
                count += 1;
                if count == BATCH {
                    break true;
                }
                match vm.next(items)? {
                    Some(next) => item = next,
                    None => break false,
                }
            };
            self.out.byte(op::SETITEMS);
            if !more {
                return Ok(());
            }
        }
    }

    fn save_elements(&mut self, object: &Value, elements: &[Value]) -> PyResult<()> {
        let vm = self.vm;
        for element in elements {
            let saved = self.save(element);
            noted(vm, saved, || {
                Ok(format!("when serializing {} element", type_name(vm, object)).into_bytes())
            })?;
        }
        Ok(())
    }
    /// Sets before protocol 4: a call with a list.
    fn save_as_call(&mut self, set: &Ref<Set>) -> PyResult<()> {
        let vm = self.vm;
        let list = vm.list_value(set.elements());
        let parts = [set.ty().to_value(), vm.tuple_value([list])];
        self.save_reduce(&parts, Some(set.as_value()))
    }
    pub fn save_set(&mut self, set: &Ref<Set>) -> PyResult<()> {
        if self.protocol < 4 {
            return self.save_as_call(set);
        }
        let object = set.as_value();
        self.out.byte(op::EMPTY_SET);
        self.memoize(object);
        let elements = set.elements();
        if elements.is_empty() {
            return Ok(());
        }
        let mut rest = &elements[..];
        loop {
            let (batch, after) = rest.split_at(rest.len().min(BATCH));
            self.out.byte(op::MARK);
            self.save_elements(object, batch)?;
            self.out.byte(op::ADDITEMS);
            if set.len() != elements.len() {
                return Err(self.vm.runtime_error("set changed size during iteration"));
            }
            if batch.len() < BATCH {
                return Ok(());
            }
            rest = after;
        }
    }
    pub fn save_frozenset(&mut self, set: &Ref<Set>) -> PyResult<()> {
        if self.protocol < 4 {
            return self.save_as_call(set);
        }
        let object = set.as_value();
        self.out.byte(op::MARK);
        self.save_elements(object, &set.elements())?;
        if let Some(index) = self.memo.get(object) {
            self.out.byte(op::POP_MARK);
            self.fetch(index);
            return Ok(());
        }
        self.out.byte(op::FROZENSET);
        self.memoize(object);
        Ok(())
    }
}
