# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark and its family with the plugin, for the tests of this folder.

Wireshark ignores WIRESHARK_PLUGIN_DIR when it runs as root, and a plugin that was not loaded passes every test. So root is
given up for the child, everything it needs lies in a folder of its own, and the plugin must be in the list first.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "samples")
PROFILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dissector", "profile", "DAPS")
with open(os.path.join(PROFILE, "heuristic_protos"), encoding="utf-8") as opened:  # what users of the profile have
    HEURISTICS = [line.split(",")[0] for line in opened if line.strip() and not line.startswith("#")]


class Shark:
    """with Shark(PLUGINS) as shark: shark.run("tshark", ...). PLUGINS: the folder that holds 4.0/epan/daps.so or the like;
    None: without the plugin."""

    def __init__(self, plugins, environment=None):
        self.folder = tempfile.mkdtemp(prefix="daps-shark-")
        self.plugins = os.path.join(self.folder, "plugins")
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        if plugins is not None:
            shutil.copytree(plugins, self.plugins)
        else:
            os.mkdir(self.plugins)
        self.environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.home, "LC_ALL": "C.UTF-8",
                            "TZ": "UTC", "WIRESHARK_PLUGIN_DIR": self.plugins,
                            "WIRESHARK_CONFIG_DIR": os.path.join(self.home, "config"), **(environment or {})}
        if "GCOV_PREFIX" in os.environ:  # coverage of the plugin: where whoever runs it may write
            self.environment["GCOV_PREFIX"] = os.environ["GCOV_PREFIX"]
        self.as_nobody = []
        if os.getuid() == 0:
            self.as_nobody = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
            subprocess.run(["chmod", "-R", "a+rX", self.folder], check=True)
            subprocess.run(["chown", "-R", "nobody:nogroup", self.home], check=True)
        loaded = self.loaded()
        if plugins is not None and not loaded:
            self.close()
            raise SystemExit(f"{plugins}: Wireshark did not load the plugin daps")
        if plugins is None and loaded:
            self.close()
            raise SystemExit("an installed plugin daps stands in the way of a run without it")

    def loaded(self):
        listed = self.run("tshark", "-G", "plugins")
        return re.search(r"^daps\.so\s", listed.stdout, re.MULTILINE) is not None

    def take(self, path):
        """A copy of the file that the child can read; under a name of its own, as tests run side by side."""
        handle, copy = tempfile.mkstemp(suffix="-" + os.path.basename(path), dir=self.folder)
        os.close(handle)
        shutil.copyfile(path, copy)
        os.chmod(copy, 0o644)
        if os.getuid() == 0:
            shutil.chown(copy, "nobody", "nogroup")
        return copy

    def private(self, path):
        """The same for a key log, which nobody else may read."""
        copy = self.take(path)
        os.chmod(copy, 0o600)
        return copy

    def command(self, program, *arguments):
        return [*self.as_nobody, program, *arguments]

    def run(self, program, *arguments, **options):
        options.setdefault("capture_output", True)
        options.setdefault("text", True)
        options.setdefault("errors", "replace")
        return subprocess.run(self.command(program, *arguments), env=self.environment, cwd=self.folder, **options)

    def tshark(self, capture, *arguments, heuristics=True, **options):
        enabled = [word for name in HEURISTICS for word in ("--enable-heuristic", name)] if heuristics else []
        return self.run("tshark", "-n", *enabled, "-r", capture, *arguments, **options)

    def enumerations(self):
        """{filter name: {number: word}} of the plugin's enumerations; both as text, as tshark prints numbers."""
        found = {}
        for line in self.run("tshark", "-G", "values").stdout.splitlines():
            if line.startswith("V\tdaps."):
                _, name, number, word = line.split("\t")[:4]
                found.setdefault(name, {})[str(int(number, 0))] = word
        return found

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def synth(program, folder, scenario, framing):
    """Plays the scenario of that sample in another framing. Paths of capture and key log."""
    capture, keys = (os.path.join(folder, f"{scenario}-{framing}{ending}") for ending in (".pcap", ".keys"))
    made = subprocess.run([program, "synth", os.path.join(SAMPLES, scenario + ".scenario"), "-f", framing, "-o", capture,
                           "--keys-out", keys], capture_output=True, text=True)
    if made.returncode != 0:
        raise SystemExit(f"{scenario} as {framing}: {made.stderr}")
    return capture, keys


def plugins_of(build):
    """The plugin folder of a build folder; ends the test, as skipped, if the plugin was not built."""
    plugins = os.path.join(build, "dissector", "plugins")
    if not os.path.isdir(plugins):
        print("skipped: this build has no Wireshark plugin (Wireshark's headers were not found)")
        sys.exit(77)
    return plugins
