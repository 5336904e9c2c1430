"""Asks the emulator with botocore, as the AWS CLI does, without a new process for each question.

A line in is {"service": ..., "do": ..., "with": {...}}, a line out the answer or {"Error": {"Message": ...}}.
"""

import json
import os
import sys

import botocore.exceptions
import botocore.session

session = botocore.session.get_session()
clients = {}
for line in sys.stdin:
    question = json.loads(line)
    service = question["service"]
    try:
        if service not in clients:
            clients[service] = session.create_client(service, region_name=os.environ["AWS_REGION"])
        answer = getattr(clients[service], question["do"])(**(question["with"] or {}))
    except botocore.exceptions.BotoCoreError as e:
        answer = {"Error": {"Message": str(e)}}
    except botocore.exceptions.ClientError as e:
        answer = {"Error": {"Message": str(e)}}
    print(json.dumps(answer, default=str), flush=True)
