#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""validate.py SCHEMA FILE...: prints "valid FILE", "invalid FILE" or "unreadable FILE" (no JSON) for each."""
import json, sys, warnings

warnings.simplefilter("ignore")
import jsonschema


def verdict(validator, path):
    try:
        with open(path, encoding="utf-8") as f:
            policy = json.load(f)
    except (ValueError, RecursionError):
        return "unreadable"
    return "valid" if validator.is_valid(policy) else "invalid"


with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for path in sys.argv[2:]:
    print(verdict(validator, path), path)
