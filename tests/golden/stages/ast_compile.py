# The module ast: compile() of trees and what it refuses, optimised trees (library reference, "ast").
import ast
def t(f):
    try: print(f, '->', eval(f))
    except BaseException as e: print(f, '->', type(e).__name__, str(e)[:300])
for f in ["repr(ast.AST())", "repr(ast.List([1,2,3]))", "repr(ast.List([]))","repr(ast.List([1]))","repr(ast.List([1,2]))","repr(ast.List((1,2)))","repr(ast.List((1,2,3)))","repr(ast.Constant(10**10))","repr(ast.Load())","repr(ast.Name([ast.Load()]))","repr(ast.Name([[ast.Load()]*3]))",
"repr(ast.Name(ast.Name(ast.Name(ast.Name(ast.Name('x'))))))",
"repr(ast.Name([ast.Name([ast.Name([ast.Name([ast.Name('x')])])])]))",
"repr(ast.Name((ast.Name(ast.Name('x')),ast.Name('x'),ast.Name('x'))))","repr(ast.Constant('x'*500))","repr(ast.Constant({1:2}))",
"compile(ast.Module(),'f','exec')","compile(ast.Module([1],[]),'f','exec')","compile(ast.Module(1,[]),'f','exec')","compile(ast.Module([None],[]),'f','exec')",
"compile(ast.Module([ast.Expr(None)],[]),'f','exec')","compile(ast.Module([ast.Expr(None,lineno=1,col_offset=0)],[]),'f','exec')","compile(ast.Module([ast.Expr(1,lineno=1,col_offset=0)],[]),'f','exec')","compile(ast.Module([ast.Expr(ast.Name('x'),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',lineno=1,col_offset=None),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',lineno='a',col_offset=None),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',lineno=10**30,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',lineno=1,col_offset=0,end_lineno=None),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',lineno=1,col_offset=3,end_lineno=1,end_col_offset=2),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',lineno=1,col_offset=3,end_lineno=0,end_col_offset=2),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name(3,lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name(None,lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',3,lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Name('x',None,lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.List([None],lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.List(None,lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Constant([],lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Expr(ast.Constant((1,[]),lineno=1,col_offset=0),lineno=1,col_offset=0)],[]),'f','exec')",
"eval(compile(ast.Expression(ast.Constant((1,-5,-10**40,2+3j,frozenset([1])),lineno=1,col_offset=0)),'f','eval'))",

"compile(ast.Load(),'f','exec')", "compile(ast.Load(),'f','exec', ast.PyCF_ONLY_AST)","compile(ast.Module([],[]),'f','exec', ast.PyCF_ONLY_AST)","compile(ast.Module([],[]),'f','eval', ast.PyCF_ONLY_AST)",
"compile(ast.Module([ast.FunctionDef('f',None,[ast.Pass(lineno=1,col_offset=0)],[],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.FunctionDef('f',ast.Load(),[ast.Pass(lineno=1,col_offset=0)],[],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.FunctionDef('f',ast.arguments(),[],[],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.FunctionDef('f',ast.arguments([None]),[],[],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.FunctionDef('f',ast.arguments([ast.arg('x')]),[],[],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.ImportFrom('f',[ast.alias('x')],level='x',lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.ImportFrom('f',[ast.alias('x',lineno=1,col_offset=0)],level=None,lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.ImportFrom('f',[ast.alias('x',lineno=1,col_offset=0)],level=-1,lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Global(['a',3],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Try([ast.Pass(lineno=1,col_offset=0)],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Match(ast.Name('x',lineno=1,col_offset=0),[None],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Match(ast.Name('x',lineno=1,col_offset=0),[ast.match_case(None,body=[])],lineno=1,col_offset=0)],[]),'f','exec')",
"compile(ast.Module([ast.Match(ast.Name('x',lineno=1,col_offset=0),[ast.match_case(ast.MatchSequence([None],lineno=1,col_offset=0),body=[])],lineno=1,col_offset=0)],[]),'f','exec')",
"ast.dump(ast.parse('1+2\\n__debug__\\n\"%s\"%(a,)\\n-1\\n(1,2)', optimize=1))",
"ast.dump(ast.parse('match x:\\n case -1: pass\\n case 1+2j: pass\\n case {-1:3}: pass', optimize=1))",
"ast.dump(ast.parse('\"doc\"\\ndef f(): \"doc\"\\nclass A:\\n  \"doc\"\\n  x', optimize=2))",
"ast.dump(ast.parse('\"doc\"', optimize=2))",
"ast.dump(ast.parse('\"%5.2f %r%% %-3d %a %s\" % (a,b,c,d,e)\\n\"%s%s\"%(a,)\\n\"%d\"%x\\n\"abc\"%()\\nb\"%s\"%(a,)\\n\"%s\"%(*a,)\\n\"%(a)s\"%(d,)', optimize=0))",
"ast.dump(ast.parse('\"%5.2f %r%% %-3d %a %s\" % (a,b,c,d,e)\\n\"%s%s\"%(a,)\\n\"%d\"%x\\n\"abc\"%()\\nb\"%s\"%(a,)\\n\"%s\"%(*a,)\\n\"%(a)s\"%(d,)', optimize=1),indent=1)",
"ast.dump(ast.parse('\"%-5s%05s|%.3s|%5r\" % (a,b,c,d)\\n\"%s\"%(1,)\\n\"a%s\"\"b\"%(\"c\",)\\nf\"{x}\"%(1,)', optimize=1),indent=1)",
"ast.dump(ast.parse('if __debug__: pass\\nx=not a is b\\nassert x\\nx in [1,2]\\nfor y in [1,2]: pass\\n\"a\"\"b\"\\n{1,2}\\n[1,2][0]\\n(1)[0]', optimize=1))",
"compile('x', 'f','exec', ast.PyCF_OPTIMIZED_AST)",
"compile(ast.parse('__debug__'), 'f','exec', ast.PyCF_OPTIMIZED_AST).body[0].value",
"compile(ast.parse('__debug__'), 'f','exec', ast.PyCF_OPTIMIZED_AST,optimize=1).body[0].value",
"compile('x', 'f','exec', 0x8000)",
"compile(1, 'f','exec')","compile('x', 'f','exex')","compile('x', 'f','exex',0x400)","compile('x', 'f','func_type')", "ast.dump(compile('(int,str)->int', 'f','func_type',0x400))","ast.dump(ast.parse('(int,*str,**a)->int\\n', mode='func_type'))",
"compile(ast.parse('(int)->int', mode='func_type'),'f','func_type')",
"compile(ast.parse('int', mode='eval'),'f','func_type',0x400)",
"ast.parse('x: int = 3 # type: int', type_comments=True)",
"ast.dump(ast.parse('x = 3 # type: int\\ny=1#type: ignore[a]\\n', type_comments=True))",
"ast.parse('match x:\\n case 1: pass', feature_version=(3,9))","ast.parse('x', feature_version=(2,9))","ast.parse('x', feature_version=3)",
"ast.parse('x', optimize=5)",
"ast.parse('x', optimize=-1)",
]: t(f)
def tower(n):
    e = ast.Name('x', lineno=1, col_offset=0)
    for i in range(n): e = ast.UnaryOp(ast.USub(), e, lineno=1, col_offset=0)
    return ast.Expression(e)
print(eval(compile(tower(1000), "f", "eval"), {"x": 3}))
try: compile(tower(1000000), "f", "eval")
except RecursionError: print("RecursionError")
