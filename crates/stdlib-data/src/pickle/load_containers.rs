//! Unpickling: what fills lists, dicts and sets.

use taipan_object::dict::Dict;
use taipan_object::list::List;
use taipan_object::set::Set;
use taipan_object::{PyResult, Value};

use super::globals::cannot_unpickle;
use super::load::Load;

impl Load<'_> {
    /// The object below the last mark, and the values above it.
    fn target(&mut self) -> PyResult<(Value, Vec<Value>)> {
        let items = self.pop_mark()?;
        Ok((self.top()?, items))
    }
    #[inline]
    pub fn load_append(&mut self) -> PyResult<()> {
        let value = self.pop()?;
        let vm = self.vm;
        if let Some(list) = self.stack.last()
            && self.stack.len() > self.fence()
            && let Some(list) = list.downcast_exact::<List>(&vm.types.list)
        {
            list.push(value);
            return Ok(());
        }
        let list = self.top()?;
        self.extend(&list, vec![value])
    }
    #[inline]
    pub fn load_appends(&mut self) -> PyResult<()> {
        let vm = self.vm;
        if let Some(&mark) = self.marks.last()
            && mark > self.marks.len().checked_sub(2).map_or(0, |i| self.marks[i])
            && let Some(list) = self.stack[mark - 1].downcast_exact::<List>(&vm.types.list)
        {
            let list = list.clone();
            self.marks.pop();
            list.extend(self.stack.drain(mark..));
            return Ok(());
        }
        let (list, items) = self.target()?;
        self.extend(&list, items)
    }
    /// Appends to an object that is list-like.
    fn extend(&mut self, list: &Value, items: Vec<Value>) -> PyResult<()> {
        let vm = self.vm;
        if items.is_empty() {
            return Ok(());
        }
        if let Some(extend) = vm.getattr_opt(list, &vm.names.extend)? {
            return vm.call(&extend, &[vm.list_value(items)]).map(drop);
        }
        let append = vm.getattr_str(list, "append")?;
        for item in items {
            vm.call(&append, &[item])?;
        }
        Ok(())
    }
    pub fn load_setitem(&mut self) -> PyResult<()> {
        let value = self.pop()?;
        let key = self.pop()?;
        let target = self.top()?;
        self.store(&target, key, value)
    }
    fn store(&self, target: &Value, key: Value, value: Value) -> PyResult<()> {
        let vm = self.vm;
        match target.downcast_exact::<Dict>(&vm.types.dict) {
            Some(dict) => dict.insert(vm, key, value),
            None => vm.set_item(target, &key, &value),
        }
    }
    #[inline]
    pub fn load_setitems(&mut self) -> PyResult<()> {
        let (target, items) = self.target()?;
        self.store_all(&target, items, "SETITEMS")
    }
    fn store_all(&mut self, target: &Value, items: Vec<Value>, code: &str) -> PyResult<()> {
        if !items.len().is_multiple_of(2) {
            let message = format!("odd number of items for {code}");
            return Err(cannot_unpickle(self.vm, message));
        }
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            self.store(target, key, value)?;
        }
        Ok(())
    }
    pub fn load_dict(&mut self) -> PyResult<()> {
        let items = self.pop_mark()?;
        let dict = self.vm.new_dict().into_value();
        self.store_all(&dict, items, "DICT")?;
        self.push(dict);
        Ok(())
    }
    pub fn load_additems(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let (target, items) = self.target()?;
        if let Some(set) = target.downcast::<Set>()
            && vm.is_instance_of(&target, &vm.types.set)
        {
            for item in items {
                set.add(vm, item)?;
            }
            return Ok(());
        }
        let add = vm.getattr(&target, &vm.names.add)?;
        for item in items {
            vm.call(&add, &[item])?;
        }
        Ok(())
    }
    pub fn load_frozenset(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let items = vm.list_value(self.pop_mark()?);
        let set = vm.set_of(&vm.types.frozenset, Some(&items))?;
        self.push(set.into_value());
        Ok(())
    }
}
