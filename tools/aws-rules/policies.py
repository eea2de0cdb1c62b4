"""Judges policies of IAM with parliament: reads {name: policy} as JSON, writes what is wrong, one line each."""
import json
import sys

from parliament import analyze_policy_string, enhance_finding

# Of trust policies and policies of buckets parliament knows the form, and not who may be a principal.
for name, policy in json.load(sys.stdin).items():
    for finding in analyze_policy_string(json.dumps(policy)).findings:
        told = enhance_finding(finding)
        print(f"{name}: {told.severity} {told.issue} {json.dumps(told.detail)}")
