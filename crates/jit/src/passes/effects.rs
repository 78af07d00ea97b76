//! What instructions read and write, as far as passes need to know.

use crate::hir::{Op, Routine};

/// Kinds of memory, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Effects(u8);

impl Effects {
    pub const NONE: Effects = Effects(0);
    /// Slots and shapes of objects.
    pub const FIELDS: Effects = Effects(1);
    /// Entries and keys of dicts.
    pub const DICTS: Effects = Effects(2);
    /// Lengths of lists.
    pub const LENGTHS: Effects = Effects(4);
    /// Items of lists.
    pub const ITEMS: Effects = Effects(8);
    /// How deep calls are.
    pub const DEPTH: Effects = Effects(16);
    /// Versions of types, and whatever else only Python code changes.
    pub const WORLD: Effects = Effects(32);
    pub const ALL: Effects = Effects(63);

    pub fn overlaps(self, other: Effects) -> bool {
        self.0 & other.0 != 0
    }
    pub fn and(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
}

/// What an instruction may change.
pub fn writes(op: Op) -> Effects {
    match op {
        Op::StoreField { .. } | Op::InitField { .. } | Op::SetField { .. } => Effects::FIELDS,
        Op::SetListItem => Effects::ITEMS,
        Op::PushFrame(_) | Op::PopFrame(_) => Effects::DEPTH,
        Op::Runtime { routine, .. } => match routine {
            Routine::ListAppend | Routine::ListPop => Effects::LENGTHS.and(Effects::ITEMS),
            Routine::DictSet | Routine::DictSetDefault => Effects::DICTS,
            // They look at objects or make new ones.
            Routine::IsInstance
            | Routine::DictGet
            | Routine::DictContains
            | Routine::DictGetDefault
            | Routine::SetAdd
            | Routine::Range
            | Routine::Iter
            | Routine::StrNext
            | Routine::Slice
            | Routine::SliceStep
            | Routine::FormatInt
            | Routine::Exhaust
            | Routine::NewTuple
            | Routine::NewList
            | Routine::StrEq
            | Routine::StrItem
            | Routine::SetContains => Effects::NONE,
        },
        // Registers, counts, iterators and boxes: no fact depends on them.
        Op::Param
        | Op::LoadReg(_)
        | Op::StoreReg(_)
        | Op::StoreRegDead(_)
        | Op::ClearReg(_)
        | Op::Retain
        | Op::Release
        | Op::ToFloat
        | Op::BoxFloat
        | Op::RangeMore
        | Op::RangeNext
        | Op::SequenceMore { .. }
        | Op::SequenceNext { .. }
        | Op::NewInstance { .. }
        | Op::Finalizers
        | Op::ResumeAt(_)
        | Op::Poll => Effects::NONE,
        op if reads(op).is_some() => Effects::NONE,
        _ => Effects::ALL,
    }
}

/// What the value of an instruction, or whether a guard holds, depends on besides its operands.
/// `None`: it has effects, or gives something else each time.
pub fn reads(op: Op) -> Option<Effects> {
    Some(match op {
        Op::Word(_)
        | Op::Int(_)
        | Op::Float(_)
        | Op::Bool(_)
        | Op::GuardInt
        | Op::GuardFloat
        | Op::GuardBool
        | Op::GuardTrue
        | Op::SimpleTruth
        | Op::GuardWord(_)
        | Op::GuardType(_)
        | Op::TupleItem
        | Op::IntAdd
        | Op::IntSub
        | Op::IntMul
        | Op::IntFloorDiv
        | Op::IntMod
        | Op::IntAnd
        | Op::IntOr
        | Op::IntXor
        | Op::IntShl
        | Op::IntShr
        | Op::IntNeg
        | Op::IntCmp(_)
        | Op::IntToFloat
        | Op::IntSelect
        | Op::FloatAdd
        | Op::FloatSub
        | Op::FloatMul
        | Op::FloatDiv
        | Op::FloatNeg
        | Op::FloatPow
        | Op::FloatCmp(_)
        | Op::BoolNot
        | Op::BoolOr
        | Op::BoxInt
        | Op::BoxBool
        | Op::WordEq => Effects::NONE,
        Op::GuardVersion(_) | Op::GuardVersionIn(_) => Effects::WORLD,
        Op::GuardField { .. } | Op::GuardFieldIn { .. } | Op::LoadLen { .. } => {
            Effects::FIELDS.and(Effects::DICTS).and(Effects::LENGTHS)
        }
        Op::LoadField { .. } => Effects::FIELDS,
        Op::HasLayout { .. } => Effects::FIELDS.and(Effects::WORLD),
        Op::LoadDict { .. } => Effects::DICTS,
        Op::ListItem => Effects::LENGTHS.and(Effects::ITEMS),
        Op::GuardIndex => Effects::LENGTHS,
        Op::GuardDepth(_) => Effects::DEPTH,
        Op::GuardGlobals(_) => Effects::NONE,
        _ => return None,
    })
}
