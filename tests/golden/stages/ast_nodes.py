# The module ast: classes, constructors, copies, repr, positions (library reference, "ast").
import ast, copy
print({k:v for k,v in vars(ast.Name).items()})
print({k:v for k,v in vars(ast.expr).items()})
print({k:v for k,v in vars(ast.Load).items()})
print(ast.Dict._field_types, ast.arguments._field_types,ast.arguments.__doc__, ast.Load.__doc__, ast.expr_context.__doc__)
print({k:v for k,v in vars(ast.FunctionDef).items()})
print({k:v for k,v in vars(ast.mod).items()}, ast.excepthandler.__doc__)
print(ast.ImportFrom._field_types, ast.Constant._field_types, ast.Interpolation._field_types, ast.TypeIgnore._field_types)
for f in ["ast.Name('a','b','c')","ast.Name('a',id='b')","ast.Name(foo=1)","ast.Name()","ast.AST(1)","ast.AST(x=1)","ast.BinOp(1,2,3,4)","ast.Name('x').__reduce__()","ast.Name('x').__reduce_ex__(2)","ast.Name('x',lineno=3).__reduce__()", "ast.AST().__reduce__()","ast.BinOp(left=1,right=2).__reduce__()","ast.Name('x').__replace__(id='y')","ast.Name('x').__replace__(idx='y')","ast.Name('x').__replace__('y')","ast.Load() is ast.Load()","ast.parse('x').body[0].value.ctx is ast.parse('y').body[0].value.ctx", "ast.Name('x').ctx is ast.parse('y').body[0].value.ctx","ast.Load().__dict__", "ast.Name('q').__replace__()", "ast.Name(ctx=ast.Load()).__replace__()","ast.BinOp(left=1,right=2).__replace__(lineno=3).__dict__"]:
    try: print(f, '->', eval(f))
    except Exception as e: print(f, '->', type(e).__name__, e)
class Sub(ast.AST):
    _fields=('a','b')
print(Sub(1).__dict__, Sub(a=2).__dict__)
class Sub2(ast.AST):
    _fields=('a','b')
    _field_types={'a':int}
print(Sub2(b=1).__dict__)
t = ast.parse("def f(a,b=1,*c):\n  '''doc'''\n  return a+b*c-d\nx=[1,2,3,4]\n'"+"a"*300+"'\nfoo(1,2,3)")
print(t)
print(t.body)
print(repr(ast.parse("x"*300)))
print(repr(ast.parse("x")), repr(ast.AST()), repr(ast.List([1,2,3])), repr(ast.List([])), repr(ast.List([1])),repr(ast.List([1,2])),repr(ast.List((1,2))),repr(ast.Constant(10**400)))
n = ast.List([]); n.elts.append(n); print(repr(n))

print(sorted(ast.FunctionDef(name="f", args=ast.arguments()).__dict__))
for n in ast.Name("x", lineno=1), ast.List([ast.Name("y")]), ast.parse("def f(a, *b): return a + b"):
    print(ast.dump(copy.deepcopy(n), include_attributes=True))
print(copy.replace(ast.Name("x"), id="y"))
match ast.parse("a + 1").body[0].value:
    case ast.BinOp(ast.Name(id=name), ast.Add(), ast.Constant(1)): print("matched", name)
print([c.__name__ for c in ast.expr.__subclasses__()][:5], ast.Name.__mro__, issubclass(ast.Load, ast.expr_context))
print(ast.unparse(ast.parse("x = [a if b else c for (a, b), c in d if a]\nwith a as b, c: pass\ntry: pass\nexcept* E as e: f'{a!r:>{w}}'")))
print(ast.literal_eval("{'a': [1, 2.5, -3j, b'x', None, True, ...], (1, 2): {1, 2}, 'c': set()}"))
for bad in "f()", "[x]", "1 + 2", "{**a}":
    try: print(ast.literal_eval(bad))
    except ValueError as e: print(type(e).__name__, str(e).split(" 0x")[0])
print(ast.get_docstring(ast.parse("def f():\n    '''one\n\n       two\n    '''").body[0]))
source = "é = 'é' + x\nif é:\n    y = (é,\n         é.real)"
for node in ast.walk(ast.parse(source)):
    if hasattr(node, "lineno"):
        print(type(node).__name__, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, repr(ast.get_source_segment(source, node)))
class Up(ast.NodeTransformer):
    def visit_Name(self, node): return ast.copy_location(ast.Name(node.id.upper(), node.ctx), node)
print(ast.unparse(Up().visit(ast.parse("a = b.c + d(e)"))))
