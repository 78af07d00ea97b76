# §3.3.3 A small enumeration built with a metaclass: members, lookup, iteration, immutability, pattern use.
class EnumMeta(type):
    def __new__(m, name, bases, ns):
        members = {k: v for k, v in ns.items() if not k.startswith('_') and not callable(v) and not isinstance(v, (property, classmethod, staticmethod))}
        cls = super().__new__(m, name, bases, {k: v for k, v in ns.items() if k not in members})
        type.__setattr__(cls, '_map', {})
        for k, v in members.items():
            o = object.__new__(cls); object.__setattr__(o, 'name', k); object.__setattr__(o, 'value', v)
            o = next((e for e in cls._map.values() if e.value == v), o)
            cls._map[k] = o; type.__setattr__(cls, k, o)
        return cls
    def __iter__(cls): return iter(dict.fromkeys(cls._map.values()))
    def __len__(cls): return len(list(iter(cls)))
    def __getitem__(cls, k): return cls._map[k]
    def __call__(cls, v):
        for m in cls:
            if m.value == v: return m
        raise ValueError(f'{v!r} is not a valid {cls.__name__}')
    def __contains__(cls, x): return any(m is x for m in cls)
    def __setattr__(cls, k, v): raise AttributeError(f'cannot reassign {k}')
    def __repr__(cls): return f'<enum {cls.__name__}>'
class Enum(metaclass=EnumMeta):
    def __repr__(self): return f'{type(self).__name__}.{self.name}'
    def __setattr__(self, k, v): raise AttributeError('immutable member')
    def __hash__(self): return hash(self.name)
class Color(Enum):
    RED = 1
    GREEN = 2
    ALIAS = 1
    def mix(self, o): return f'{self.name}+{o.name}'
    @property
    def lower(self): return self.name.lower()
print(list(Color), len(Color), Color.RED, Color['GREEN'], Color(2), Color.ALIAS is Color.RED, Color.RED.mix(Color.GREEN), Color.RED.lower, Color.RED in Color, 1 in Color, Color, {Color.RED: 'r'}[Color(1)])
for f in (lambda: Color(9), lambda: Color['NO'], lambda: setattr(Color, 'RED', 5), lambda: setattr(Color.RED, 'x', 1), lambda: Color.BLUE, lambda: Color.RED < Color.GREEN):
    try: print(f())
    except Exception as e: print(type(e).__name__, e)
def name(c):
    match c:
        case Color.RED: return 'red!'
        case Color.GREEN: return 'green!'
        case _: return '?'
print(name(Color.ALIAS), name(Color.GREEN), name(1), sum(c.value for c in Color for _ in range(1000)))
