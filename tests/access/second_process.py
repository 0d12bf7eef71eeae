"""Another process over the same database: told what to check by lines on its input, answers by lines.

`verify KEY SECRET` answers the key, or -.
`remember KEY SECRET` answers once the pair is answered from memory alone.
`refused KEY SECRET` answers, as soon as the pair is refused, after how many seconds that was.
"""

import sys
import time

import mongoengine
from pymongo import MongoClient

import access


def main(uri: str, name: str, streams: str) -> None:
    mongoengine.connect(name, host=uri, alias="rollbook", tz_aware=True, uuidRepresentation="standard")
    client: MongoClient[dict[str, object]] = MongoClient(uri, tz_aware=True)
    credentials = access.Credentials(client[name], cost=(4, 1, 1), streams=streams == "streams")
    for line in sys.stdin:
        command, key, secret = line.split()
        started = time.monotonic()
        if command == "verify":
            caller = credentials.verify(key, secret)
            answer = caller.key if caller else "-"
        elif command == "remember":
            while credentials.verify(key, secret) and credentials._memory.entry(key) is None:
                time.sleep(0.001)
            answer = "remembered"
        else:
            while credentials.verify(key, secret) is not None:
                time.sleep(0.001)
            answer = str(time.monotonic() - started)
        print(answer, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
