"""json: loads and dumps."""

from timing import measure

SETUP = """
import json
record = {"id": 17, "name": "Ada Lovelace", "tags": ["a", "b"], "score": 3.25, "ok": True, "none": None}
many = [dict(record, id=n) for n in range(50)]
small = json.dumps(record)
large = json.dumps(many)
nums = json.dumps(list(range(500)))
texts = json.dumps(["some text %d" % n for n in range(200)])
"""

measure("json", SETUP, {
    "loads_small": "json.loads(small)",
    "loads_large": "json.loads(large)",
    "loads_numbers": "json.loads(nums)",
    "loads_strings": "json.loads(texts)",
    "dumps_small": "json.dumps(record)",
    "dumps_large": "json.dumps(many)",
    "dumps_indent": "json.dumps(record, indent=2)",
    "dumps_sorted": "json.dumps(record, sort_keys=True)",
}, budget=0.03)
