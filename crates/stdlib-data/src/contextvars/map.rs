//! A persistent map from context variables to values: copies share their nodes.
//!
//! A hash trie, five bits a level. The nodes are heap objects, so that the
//! collector sees a value that several maps share only once.

use taipan_macros::pymethods;
use taipan_object::{Ref, Value, Vm, payload};

/// A node: a bit for each of 32 places, and what stands in the places taken.
pub struct Node {
    bitmap: u32,
    slots: Vec<Slot>,
}

#[derive(Clone)]
enum Slot {
    Entry(Value, Value),
    Node(Ref<Node>),
}

payload!(Node, gc, |this, visit| for slot in &this.slots {
    match slot {
        Slot::Entry(key, value) => {
            visit(key);
            visit(value);
        }
        Slot::Node(node) => visit(node.as_value()),
    }
});

#[pymethods(
    name = "hamt_bitmap_node",
    module = "builtins",
    doc = "",
    flags(DISALLOW_INSTANTIATION)
)]
impl Node {}

/// The map. Cloning it is a reference.
#[derive(Clone, Default)]
pub struct Map {
    root: Option<Ref<Node>>,
    len: usize,
}

/// Identities are unequal, and so are their products with an odd number: the trie needs no collision nodes.
fn spread(key: &Value) -> u64 {
    key.id().wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The bit of a hash at a level.
fn place(hash: u64, level: u32) -> u32 {
    let shift = 59_i64 - i64::from(level) * 5;
    let index = if shift >= 0 {
        (hash >> shift) & 31
    } else {
        hash & 15
    };
    1 << index
}

impl Node {
    fn index(&self, bit: u32) -> usize {
        (self.bitmap & (bit - 1)).count_ones() as usize
    }
    fn get(&self, key: &Value, hash: u64, level: u32) -> Option<Value> {
        let bit = place(hash, level);
        if self.bitmap & bit == 0 {
            return None;
        }
        match &self.slots[self.index(bit)] {
            Slot::Entry(k, value) => k.is(key).then(|| value.clone()),
            Slot::Node(node) => node.get(key, hash, level + 1),
        }
    }
    fn with(&self, vm: &Vm, key: &Value, value: &Value, level: u32) -> (Ref<Node>, bool) {
        let bit = place(spread(key), level);
        let index = self.index(bit);
        let mut slots = self.slots.clone();
        let entry = Slot::Entry(key.clone(), value.clone());
        let mut added = true;
        if self.bitmap & bit == 0 {
            slots.insert(index, entry);
        } else {
            slots[index] = match &self.slots[index] {
                Slot::Entry(k, _) if k.is(key) => {
                    added = false;
                    entry
                }
                Slot::Entry(k, v) => {
                    let (single, _) = EMPTY.with(vm, k, v, level + 1);
                    Slot::Node(single.with(vm, key, value, level + 1).0)
                }
                Slot::Node(node) => {
                    let (node, new) = node.with(vm, key, value, level + 1);
                    added = new;
                    Slot::Node(node)
                }
            };
        }
        (
            node(
                vm,
                Node {
                    bitmap: self.bitmap | bit,
                    slots,
                },
            ),
            added,
        )
    }
    /// Without a key that is there; `None` if nothing is left.
    fn without(&self, vm: &Vm, key: &Value, level: u32) -> Option<Ref<Node>> {
        let bit = place(spread(key), level);
        let index = self.index(bit);
        let mut slots = self.slots.clone();
        let mut bitmap = self.bitmap;
        let rest = match &self.slots[index] {
            Slot::Entry(..) => None,
            Slot::Node(node) => node.without(vm, key, level + 1),
        };
        match rest {
            // A node with one entry is that entry.
            Some(rest) if rest.slots.len() == 1 && matches!(rest.slots[0], Slot::Entry(..)) => {
                slots[index] = rest.slots[0].clone();
            }
            Some(rest) => slots[index] = Slot::Node(rest),
            None => {
                slots.remove(index);
                bitmap &= !bit;
            }
        }
        (!slots.is_empty()).then(|| node(vm, Node { bitmap, slots }))
    }
    fn collect(&self, out: &mut Vec<(Value, Value)>) {
        for slot in &self.slots {
            match slot {
                Slot::Entry(key, value) => out.push((key.clone(), value.clone())),
                Slot::Node(node) => node.collect(out),
            }
        }
    }
}

const EMPTY: Node = Node {
    bitmap: 0,
    slots: Vec::new(),
};

fn node(vm: &Vm, node: Node) -> Ref<Node> {
    vm.heap.alloc(&vm.add_native_type::<Node>(), node)
}

impl Map {
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn get(&self, key: &Value) -> Option<Value> {
        self.root.as_ref()?.get(key, spread(key), 0)
    }
    #[must_use]
    pub fn with(&self, vm: &Vm, key: &Value, value: &Value) -> Map {
        let (root, added) = match &self.root {
            Some(root) => root.with(vm, key, value, 0),
            None => EMPTY.with(vm, key, value, 0),
        };
        Map {
            root: Some(root),
            len: self.len + usize::from(added),
        }
    }
    /// Without a key; `None` if it is not there.
    pub fn without(&self, vm: &Vm, key: &Value) -> Option<Map> {
        self.get(key)?;
        Some(Map {
            root: self.root.as_ref()?.without(vm, key, 0),
            len: self.len - 1,
        })
    }
    pub fn items(&self) -> Vec<(Value, Value)> {
        let mut out = Vec::with_capacity(self.len);
        if let Some(root) = &self.root {
            root.collect(&mut out);
        }
        out
    }
    /// For `payload!`.
    pub fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        if let Some(root) = &self.root {
            visit(root.as_value());
        }
    }
}
