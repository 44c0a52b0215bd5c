"""Network namespaces of our own: one for each office, and one in the middle through which all their traffic goes."""

import os
import shutil
import subprocess


class Unfit(Exception):
    """This machine cannot do it; the reason is for a person."""


def run(*words, text=None, check=True):
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Unfit(f"{' '.join(words)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def packet_filter():
    """The packet filter that works here, or None."""
    for name in ("nft", "iptables"):
        if shutil.which(name):
            return name
    return None


def reason_unfit(needs_filter):
    """Why nothing can be measured here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("ip", "tc"):
        if not shutil.which(tool):
            return f"needs `{tool}` (iproute2)"
    if needs_filter and packet_filter() is None:
        return "needs `nft` or `iptables`"
    probe = f"dkprobe{os.getpid()}"
    try:
        run("ip", "netns", "add", probe)
        try:
            run("ip", "-n", probe, "link", "add", "name", "probe0", "type", "veth", "peer", "name", "probe1")
            run("tc", "-n", probe, "qdisc", "add", "dev", "probe0", "root", "tbf", "rate", "1mbit", "burst", "4kb", "latency", "1s")
        finally:
            run("ip", "netns", "del", probe)
    except Unfit as unfit:
        return f"this kernel has no network namespaces, veth or tbf for us ({unfit})"
    return None


class Link:
    """The line of one office: a veth pair between its namespace and the middle."""

    # A queue of a router of a leased line: what is beyond is dropped.
    QUEUE_SECONDS = 0.4

    def __init__(self, bench, name, number):
        self.bench = bench
        self.name = name
        self.space = f"{bench.prefix}-{name}"
        self.office_address = f"10.77.{number}.2"
        self.middle_address = f"10.77.{number}.1"
        self.middle_device = f"m{number}"
        run("ip", "netns", "add", self.space)
        run("ip", "-n", self.space, "link", "set", "lo", "up")
        run("ip", "-n", bench.middle, "link", "add", "name", self.middle_device, "type", "veth",
            "peer", "name", "line", "netns", self.space)
        for space, device, address in (
            (bench.middle, self.middle_device, self.middle_address), (self.space, "line", self.office_address),
        ):
            # Packets as a wire has them: else the kernel hands 64 KiB over in one piece, and loses them in one.
            run("ip", "-n", space, "link", "set", "dev", device, "gso_max_segs", "1", "up")
            run("ip", "-n", space, "addr", "add", f"{address}/30", "dev", device)

    @property
    def ends(self):
        return ((self.bench.middle, self.middle_device), (self.space, "line"))

    def set_rate(self, rate):
        """In each direction, as tc says it (`64kbit`); None: none."""
        for space, device in self.ends:
            run("tc", "-n", space, "qdisc", "del", "dev", device, "root", check=False)
            if rate:
                run("tc", "-n", space, "qdisc", "add", "dev", device, "root", "tbf", "rate", rate, "burst", "4kb",
                    "latency", f"{int(self.QUEUE_SECONDS * 1000)}ms")

    def device_bytes(self):
        """(sent, received) by the office's device, all layers, as the kernel counts."""
        text = run("ip", "netns", "exec", self.space, "cat", "/proc/net/dev")
        fields = next(line for line in text.splitlines() if line.strip().startswith("line:")).split(":")[1].split()
        return int(fields[8]), int(fields[0])


class Bench:
    """The middle, and a link for each office."""

    def __init__(self, names):
        self.prefix = f"dk{os.getpid()}"
        self.middle = f"{self.prefix}-mid"
        self.links = {}
        self.names = names

    def __enter__(self):
        try:
            run("ip", "netns", "add", self.middle)
            run("ip", "-n", self.middle, "link", "set", "lo", "up")
            for number, name in enumerate(self.names, 1):
                self.links[name] = Link(self, name, number)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for space in [f"{self.prefix}-{name}" for name in self.names] + [self.middle]:
            run("ip", "netns", "del", space, check=False)

    def drop(self, percent, down=()):
        """Drops so much of what comes in at each end of each link, and everything on the links named in `down`.

        Only what comes in: a packet dropped on its way out would be an error to TCP there, not a loss.
        """
        tool = packet_filter()
        if tool is None and (percent or down):
            raise Unfit("needs `nft` or `iptables`")
        if tool is None:
            return
        put = self._nft if tool == "nft" else self._iptables
        devices = [link.middle_device for link in self.links.values()]
        put(self.middle, percent, devices, [self.links[name].middle_device for name in down])
        for name, link in self.links.items():
            put(link.space, percent, ["line"], ["line"] if name in down else [])

    @staticmethod
    def _nft(space, percent, devices, down):
        rules = ["add table inet bad", "delete table inet bad", "add table inet bad",
                 "add chain inet bad arriving { type filter hook input priority 0; }"]
        for device in devices:
            if device in down:
                rules.append(f'add rule inet bad arriving iifname "{device}" drop')
            elif percent:
                rules.append(f'add rule inet bad arriving iifname "{device}" numgen random mod 100 < {percent} drop')
        run("ip", "netns", "exec", space, "nft", "-f", "-", text="\n".join(rules) + "\n")

    @staticmethod
    def _iptables(space, percent, devices, down):
        inside = ("ip", "netns", "exec", space, "iptables")
        run(*inside, "-F", "INPUT")
        for device in devices:
            if device in down:
                run(*inside, "-A", "INPUT", "-i", device, "-j", "DROP")
            elif percent:
                run(*inside, "-A", "INPUT", "-i", device, "-m", "statistic", "--mode", "random",
                    "--probability", str(percent / 100), "-j", "DROP")
