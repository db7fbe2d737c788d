"""The one place that names the CDK: cdktf, or its successor cdktn where that is asked for or is the only one there.

HEADGATE_CDK=cdktn chooses. Both have the same API; everything else imports from here.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

# jsii warns about Node 20's age on every start, among the results.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
# Neither edition is to call home from a synthesis.
os.environ.setdefault("CHECKPOINT_DISABLE", "1")

from headgate.installation import bring

if TYPE_CHECKING or (os.environ.get("HEADGATE_CDK", "cdktf") != "cdktn" and find_spec("cdktf")):
    import cdktf as cdk
elif find_spec("cdktn"):
    import cdktn as cdk
else:
    raise SystemExit(f"the CDK is not installed (cdktn is its successor)\n    {bring(['cdktf'])}")

App = cdk.App
TerraformStack = cdk.TerraformStack

__all__ = ["App", "TerraformStack", "cdk"]
