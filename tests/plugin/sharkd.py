# SPDX-License-Identifier: GPL-2.0-or-later
"""sharkd, Wireshark's window without the window, for the tests of this folder."""
import json
import os
import subprocess
import tempfile

from shark import HEURISTICS


class Died(Exception):
    """sharkd ended in the middle."""


class Refused(Exception):
    """sharkd answered with an error."""


class Sharkd:
    """One sharkd, asked in JSON. It has a configuration of its own: heuristics, and files of that folder {name: text}."""

    def __init__(self, shark, heuristics=True, files=None):
        self.config = tempfile.mkdtemp(prefix="sharkd-", dir=shark.folder)
        files = dict(files or {})
        if heuristics:
            files["heuristic_protos"] = "".join(f"{name},1\n" for name in HEURISTICS)
        for name, text in files.items():
            with open(os.path.join(self.config, name), "w", encoding="utf-8") as out:
                out.write(text)
        subprocess.run(["chmod", "-R", "a+rX", self.config], check=True)
        self.log = open(os.path.join(self.config, "log"), "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(shark.command("sharkd", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, errors="replace", cwd=shark.folder,
                                        env={**shark.environment, "WIRESHARK_CONFIG_DIR": self.config})
        self.asked = 0

    def ask(self, method, **parameters):
        self.asked += 1
        request = {"jsonrpc": "2.0", "id": self.asked, "method": method, "params": parameters}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.log.seek(0)
            raise Died(f"sharkd ended at {method} {parameters}: {self.log.read()[-400:]}")
        answer = json.loads(line)
        if answer.get("id") != self.asked:
            raise Died(f"sharkd answered {line[:200]} to request {self.asked}")
        if "error" in answer:
            raise Refused(f"{method} {parameters}: {answer['error'].get('message')}")
        return answer["result"]

    def set(self, name, value):
        self.ask("setconf", name=name, value=value)

    def load(self, path):
        """Number of frames."""
        self.ask("load", file=path)
        return self.ask("status")["frames"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.log.close()
