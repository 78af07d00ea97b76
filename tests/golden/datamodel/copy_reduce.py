# §3.3 object protocol leftovers: __sizeof__, __reduce_ex__, __getstate__, __init_subclass__, __subclasshook__, __format__, __dir__ on plain objects.
class A:
    x = 1
    def __init__(self): self.y = [2]
a = A(); print(a.__getstate__(), a.__reduce_ex__(2)[1:3], a.__reduce_ex__(2)[0].__name__, object().__getstate__(), a.__format__('') == str(a), a.__eq__(a), a.__eq__(1), a.__ne__(1), a.__lt__(1), A.__eq__(a, a), a.__hash__() == hash(a), isinstance(a.__sizeof__(), int), a.__class__ is A, A.__subclasshook__(int), a.__init_subclass__(), A.__init_subclass__())
class S:
    __slots__ = ('p', 'q')
s = S(); s.p = 1; print(s.__getstate__()); 
try: s.__reduce_ex__(0)
except TypeError as e: print(e)
class D(A):
    __slots__ = ('z',)
d = D(); d.z = 5; print(d.__getstate__())
for f in (lambda: a.__format__('x'), lambda: a.__reduce__()[1][0].__name__, lambda: object.__new__(A, 1), lambda: object.__init__(object(), 1), lambda: A.__new__(A).x, lambda: object().x, lambda: setattr(object(), 'a', 1), lambda: A.__call__(), lambda: A.__dir__(a) == a.__dir__(), lambda: sorted(set(dir(a)) - set(dir(object()))), lambda: type(a).__dict__['x'], lambda: A.__dict__.update({}), lambda: A.__dict__['x'], lambda: a.__setattr__('w', 1) or a.w, lambda: a.__delattr__('w') or hasattr(a, 'w'), lambda: a.__getattribute__('y'), lambda: object.__repr__(a).split(' at ')[0], lambda: object.__str__('s'), lambda: object.__hash__(1) != None, lambda: object.__eq__(1, 1), lambda: object.__ne__(1, 1), lambda: int.__eq__(1, 'a'), lambda: (1).__lt__(2.0), lambda: (1.0).__lt__(2), lambda: 'a'.__lt__(1), lambda: [].__eq__(()), lambda: (1).__add__('a'), lambda: (1).__radd__(2), lambda: (2).__rpow__(3), lambda: (2).__pow__(3, 5), lambda: (7).__rdivmod__(20), lambda: 'ab'.__mul__(2), lambda: 'ab'.__rmul__(2), lambda: [1].__iadd__((2,)), lambda: {1}.__or__([2]), lambda: {1}.__ior__({2}), lambda: {}.__or__({'a': 1}), lambda: 'a%s'.__mod__(1), lambda: 'x'.__rmod__('%s'), lambda: [1].__contains__(1), lambda: (1,).__getitem__(0), lambda: [1, 2].__reversed__().__next__(), lambda: range(3).__iter__().__next__(), lambda: (5).__bool__(), lambda: (5).__index__(), lambda: (5.5).__int__(), lambda: (5.5).__round__(), lambda: (5).__round__(-1), lambda: (-5).__abs__(), lambda: (5).__neg__(), lambda: (5).__invert__(), lambda: (5).__ceil__(), lambda: None.__bool__(), lambda: None.__class__(), lambda: type(None)(), lambda: type(...)() is ..., lambda: type(NotImplemented)() is NotImplemented, lambda: type(None)(1), lambda: (1).__getnewargs__(), lambda: 'a'.__getnewargs__(), lambda: [].__class_getitem__(int), lambda: (lambda: 0).__get__(1).__self__):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
