"""A small Debian 12 booted by systemd-nspawn: real systemd, real journal; what is written there goes with it."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CODENAME = "bookworm"
_PACKAGES = "systemd,systemd-sysv,dbus,python3-venv,ca-certificates"
# Where the container sees the packages that pip may install.
_WHEELS = "/wheels"
_BOOT_SECONDS = 60.0
_BUILD_SECONDS = 900.0


class Failed(AssertionError):
    """A command in the container ended with another code than 0."""


class Machine:
    """A booted container."""

    def __init__(self, leader: int) -> None:
        """`leader` is the process id of its systemd; `root` is its file system, seen from here."""
        self._leader = leader
        self.root = Path(f"/proc/{leader}/root")

    def run(self, command: str, *, stdin: str = "", cwd: str = "/root", seconds: float = 120.0) -> str:
        """Run a line of shell as root; what it printed, standard error included.

        Raises:
            Failed: it ended with another code than 0.
        """
        code, said = self.attempt(command, stdin=stdin, cwd=cwd, seconds=seconds)
        if code:
            raise Failed(f"{command}\nended with {code}\n{said}")
        return said

    def attempt(self, command: str, *, stdin: str = "", cwd: str = "/root", seconds: float = 120.0) -> tuple[int, str]:
        """Run a line of shell as root; its exit code, and what it printed."""
        ended = subprocess.run(
            ["nsenter", f"--target={self._leader}", "--all", "bash", "-ec", f"cd {cwd}\n{command}"],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "SYSTEMD_PAGER": ""}
            | {
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": _WHEELS,
                "PIP_NO_CACHE_DIR": "1",
                "PIP_ROOT_USER_ACTION": "ignore",
            },
            timeout=seconds,
            check=False,
        )
        return ended.returncode, ended.stdout

    def write(self, path: str, text: str) -> None:
        """Write a file that everybody may read."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(0o644)

    def wait_until(self, command: str, seconds: float = 60.0) -> str:
        """Repeat a command until it ends with 0; what it printed then.

        Raises:
            Failed: it did not in time.
        """
        ends = time.monotonic() + seconds
        while True:
            code, said = self.attempt(command)
            if code == 0:
                return said
            if time.monotonic() > ends:
                raise Failed(f"not within {seconds:.0f} s: {command}\n{said}")
            time.sleep(0.2)


@contextmanager
def booted() -> Iterator[Machine]:
    """A machine of its own, from the cached root."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "channelwatch-container"
    cache.mkdir(parents=True, exist_ok=True)
    with _running(_debian(cache), _wheels(cache)) as leader:
        machine = Machine(leader)
        machine.wait_until("systemctl is-system-running", _BOOT_SECONDS)
        yield machine


@contextmanager
def _running(root: Path, wheels: Path) -> Iterator[int]:
    """The process id of the container's systemd."""
    # Without a systemd on this machine nobody could be asked for a unit.
    alone = [] if Path("/run/systemd/system").is_dir() else ["--register=no", "--keep-unit"]
    # It ends with us, however we end.
    command = [
        "setpriv",
        "--pdeathsig=SIGTERM",
        "systemd-nspawn",
        "--quiet",
        f"--directory={root}",
        f"--machine=channelwatch-{os.getpid()}",
        "--boot",
    ]
    command += ["--volatile=overlay"]  # what is written is kept in memory, and gone afterwards
    command += ["--console=pipe", "--timezone=off", "--resolv-conf=off", f"--bind-ro={wheels}:{_WHEELS}", *alone]
    with (
        tempfile.NamedTemporaryFile() as console,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},  # as Debian 12 boots by itself
        ) as nspawn,
    ):
        try:
            yield _leader(nspawn, Path(console.name))
        finally:
            nspawn.terminate()
            try:
                nspawn.wait(30)
            except subprocess.TimeoutExpired:
                nspawn.kill()


def _leader(nspawn: subprocess.Popen[bytes], console: Path) -> int:
    ends = time.monotonic() + _BOOT_SECONDS
    children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children")
    while time.monotonic() < ends and nspawn.poll() is None:
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        time.sleep(0.05)
    raise AssertionError(f"the container did not boot:\n{console.read_text(errors='replace')}")


def _debian(cache: Path) -> Path:
    """The root of a Debian with the packages; built once, from where this machine gets its own."""
    root = cache / f"{_CODENAME}-{hashlib.sha256(_PACKAGES.encode()).hexdigest()[:12]}"
    if root.is_dir():
        return root
    building = root.with_suffix(".new")
    shutil.rmtree(building, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _CODENAME, str(building), _mirror()]
    _quietly(command, _apt_proxy())
    (building / "etc/hostname").write_text("container\n")
    (building / "etc/machine-id").write_text("")
    shutil.rmtree(building / "var/cache/apt/archives")
    building.rename(root)
    return root


def _mirror() -> str:
    asked = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", f"Codename: {_CODENAME}"]
    sites = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    assert sites, f"apt of this machine knows no Debian {_CODENAME}"
    return sites[0]


def _apt_proxy() -> dict[str, str]:
    asked = ["apt-config", "shell", "proxy", "Acquire::http::Proxy"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return {"http_proxy": said.split("=", 1)[1].strip().strip("'")} if said else {}


def _wheels(cache: Path) -> Path:
    """What pip may install in the container: the pinned versions, by this machine's way to packages."""
    lock = (ROOT / "requirements.lock").read_bytes()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    folder = cache / f"wheels-{hashlib.sha256(lock + ' '.join(needed).encode()).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    loading = folder.with_suffix(".new")
    shutil.rmtree(loading, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "download", "--dest", str(loading), "--only-binary=:all:"]
    for_debian = ["--python-version", "3.11", "--implementation", "cp"]
    _quietly([*pip, *for_debian, "--constraint", str(ROOT / "requirements.lock"), *needed], {})
    for old in cache.glob("wheels-*"):
        if old != loading:
            shutil.rmtree(old)
    loading.rename(folder)
    return folder


def _quietly(command: list[str], more: Mapping[str, str]) -> None:
    ended = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **more}, timeout=_BUILD_SECONDS, check=False
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"


if __name__ == "__main__":  # whether this machine can boot one
    with booted():
        pass
