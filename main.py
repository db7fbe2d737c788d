"""The CDKTF app: `cdktf synth` runs it. HEADGATE_TARGET names the target, such as dev or prod."""

import sys

from headgate.problems import HeadgateError
from stacks.app import add_stacks, project_root
from stacks.cdk import App


def main() -> int:
    """Synthesize every connector's stacks; give the exit code."""
    app = App()
    try:
        add_stacks(app, project_root())
    except HeadgateError as error:
        print(error, file=sys.stderr)  # noqa: T201  # the app's only word to whoever runs it
        return error.exit_code
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
