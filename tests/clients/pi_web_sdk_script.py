"""Calls everything by which pi-web-sdk reads, in an environment of its own; prints what came of each call, as JSON.

Words: the address of /piwebapi, user, password, and JSON with `examples`, an object by controller, and the `values` of
parameters that are named alike wherever they stand. A controller without an example is not called.
"""

# What it imports is in another environment, and is without types there.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN003, BLE001, T201

import inspect
import json
import logging
import sys
from urllib.parse import unquote, urlsplit

from pi_web_sdk.client import PIWebAPIClient
from pi_web_sdk.config import AuthMethod, PIWebAPIConfig

OPTIONAL = {"start_time", "end_time", "time", "times", "user_identity"}  # which PI requires, or without which much is read


def noted(client) -> list:
    """Have a client note the path and the status of each of its requests."""
    notes, request = [], client.session.request

    def request_and_note(method, url, **more) -> object:
        answer = request(method=method, url=url, **more)
        notes.append([unquote(urlsplit(answer.url).path), answer.status_code, answer.text[:200]])
        return answer

    client.session.request = request_and_note
    return notes


def reads(controller) -> dict:
    """Give a controller's methods that send a GET."""
    methods = {name: method for name, method in inspect.getmembers(controller, inspect.ismethod) if name[0] != "_"}
    return {name: method for name, method in methods.items() if "self.client.get(" in inspect.getsource(method)}


def words(method, example, values) -> dict:
    """Give a method's required parameters, and those that are wanted although they are optional."""
    known = {**values, "web_id": example["WebId"], "path": example["Path"], "paths": [example["Path"]], "name": example["Name"]}
    known["parent_web_id"] = example["WebId"]
    if "security_entr" in method.__name__:
        known["name"] = values["security_entry"]
    given = {}
    for name, one in inspect.signature(method).parameters.items():
        if one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL} and (one.default is one.empty or name in OPTIONAL):
            given[name] = known.get(name, "unknown")
    return given


if __name__ == "__main__":
    address, user, password, told = sys.argv[1:]
    asked = json.loads(told)
    logging.disable(logging.CRITICAL)
    config = PIWebAPIConfig(base_url=address, auth_method=AuthMethod.BASIC, username=user, password=password)
    client = PIWebAPIClient(config)
    notes, answers = noted(client), {}
    for controller, example in asked["examples"].items():
        for name, method in reads(getattr(client, controller)).items():
            notes.clear()
            try:
                found = method(**words(method, example, asked["values"]))
                failed = ""
            except Exception as error:
                found, failed = None, repr(error)
            items = found.get("Items") if isinstance(found, dict) else None
            answers[f"{controller}.{name}"] = {"requests": list(notes), "failed": failed, "items": items and len(items)}
    print(json.dumps(answers))
