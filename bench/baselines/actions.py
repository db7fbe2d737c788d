"""What a tool that counts actions does at the least with a plan: read it, and count what happens to resources."""

import json
import sys
from collections import Counter
from pathlib import Path

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
print(Counter("/".join(change["change"]["actions"]) for change in plan["resource_changes"]))
