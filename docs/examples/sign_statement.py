"""Lists the agent's keys and signs an in-toto statement: python3 sign_statement.py STATEMENT.json > STATEMENT.sigstore.json"""
import base64
import os
import sys

import varlink  # PyPI: varlink

with varlink.Client.new_with_address("unix:" + os.environ["SIGNET_SOCK"]) as client, client.open("org.signet.Agent") as agent:
    for key in agent.Keys()["keys"]:
        print(key["fingerprint"], key["uri"], file=sys.stderr)
    with open(sys.argv[1], "rb") as file:
        statement = base64.b64encode(file.read()).decode()
    result = agent.Sign(items=[{"statement": statement}], output="bundle")["result"]
    print("signed by", result["san"], "log entry", result["log_index"], file=sys.stderr)
    print(result["bundle"])
