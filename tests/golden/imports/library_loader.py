# Language reference 5.3 and 5.7: modules of the library, their specs, sources and resources, wherever they lie.
import importlib
import importlib.resources
import importlib.util
import inspect
import json
import linecache
import os
import pkgutil
import sys

print(os.path.basename(os.path.dirname(json.__file__)), os.path.basename(json.__file__))
print(json.__spec__.name, json.__spec__.parent, json.__spec__.has_location, json.__spec__.submodule_search_locations == json.__path__)
print(inspect.getsource(json.dumps).splitlines()[0])
print(inspect.getsourcefile(json.decoder).endswith("json/decoder.py"))
print(sorted(m.name for m in pkgutil.iter_modules(json.__path__)))
print("json" in {m.name for m in pkgutil.iter_modules() if m.ispkg})
print(importlib.util.find_spec("json.decoder").name, importlib.util.find_spec("json.nothing"))
print(json.__loader__.is_package("json"), json.decoder.__loader__.is_package("json.decoder"))
print(json.__loader__.get_source("json").splitlines()[0] == linecache.getline(json.__file__, 1).rstrip())
folder = importlib.resources.files("json")
print(folder.joinpath("decoder.py").is_file(), folder.joinpath("nothing").is_file(), folder.is_dir())
print((folder / "scanner.py").read_text(encoding="utf-8").splitlines()[0])
print("tool.py" in {path.name for path in folder.iterdir()})
print(pkgutil.get_data("json", "tool.py")[:3] == (folder / "tool.py").read_bytes()[:3])
print(importlib.reload(json) is json)
print(compile(json.__loader__.get_data(json.__file__), json.__file__, "exec").co_filename == json.dumps.__code__.co_filename)
import zipimport
print(sys.path_hooks[0] is zipimport.zipimporter)
try:
    importlib.import_module("json.nothing")
except ModuleNotFoundError as e:
    print(e)
try:
    json.loads("[")
except json.JSONDecodeError as e:
    frames = []
    tb = e.__traceback__
    while tb:
        frames.append((os.path.basename(tb.tb_frame.f_code.co_filename), tb.tb_frame.f_code.co_name))
        tb = tb.tb_next
    print(frames)
