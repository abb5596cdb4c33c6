"""Behind the walls there is the standard library, and nothing can be written."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

import ragflow
from ragflow.adapters.code.grounds import grounds

from .conftest import Reach, Run


def test_files_of_the_machine_cannot_be_read(reach: Reach, data_directory: Path) -> None:
    tries = {
        "passwd": "open('/etc/passwd').read()",
        "home": "os.listdir('/root') and open('/root/.bashrc').read()",
        "data": "open(data + '/secret').read()",
        "data, listed": "os.listdir(data)",
        "sources": "open(sources).read()",
        "packages": "open(packages + '/pydantic/__init__.py').read()",
        "sys": "open('/sys/kernel/uevent_seqnum').read()",
        "disk": "os.open('/dev/vda', os.O_RDONLY)",
        "memory": "open('/dev/mem', 'rb').read(1)",
        "terminal": "open('/dev/tty')",
        "by a path in proc": "open('/proc/self/root' + data + '/secret').read()",
        "by its folder in proc": "open('/proc/self/cwd/../' + data + '/secret').read()",
        "by an opened folder": "os.open('etc/passwd', 0, dir_fd=os.open('/', os.O_PATH))",
        "by a handle": "ctypes.CDLL(None, use_errno=True).open_by_handle_at(-100, None, 0) < 0 "
        "and os.fstat(-1)",
    }
    known = {
        "data": str(data_directory),
        "sources": ragflow.__file__,
        "packages": sysconfig.get_path("purelib"),
    }
    assert reach(tries, **known) == {}


def test_packages_beside_the_standard_library_cannot_be_read(run: Run) -> None:
    hidden = [str(file) for folder in grounds().packages for file in Path(folder).rglob("*.py")]
    assert hidden, "this Python keeps no packages in its library"
    script = """
def main(files):
    read = []
    for file in files:
        try:
            read.append(open(file).read())
        except OSError:
            pass
    return len(read)
"""
    assert run(script, files=hidden[:200]).result == 0


def test_nothing_can_be_written_anywhere(
    reach: Reach, data_directory: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("as it was")
    before = victim.stat()
    tries = {
        "write": "open(victim, 'w')",
        "append": "open(victim, 'a')",
        "truncate": "os.truncate(victim, 0)",
        "remove": "os.unlink(victim)",
        "rename": "os.rename(victim, victim + '.old')",
        "link": "os.link(victim, victim + '.link')",
        "symbolic link": "os.symlink('/etc/passwd', folder + '/link')",
        "symbolic link here": "os.symlink('/etc/passwd', 'link')",
        "rights": "os.chmod(victim, 0o777)",
        "rights by descriptor": "os.fchmod(0, 0o777)",
        "owner": "os.chown(victim, 1, 1)",
        "times": "os.utime(victim)",
        "attributes": "os.setxattr(victim, 'user.x', b'1')",
        "folder": "os.mkdir(folder + '/new')",
        "fifo": "os.mkfifo(folder + '/fifo')",
        "device": "os.mknod(folder + '/device', 0o60600, os.makedev(254, 0))",
        "data directory": "open(data + '/written', 'w')",
        "library": "open(os.path.dirname(os.__file__) + '/written', 'w')",
        "working folder": "open('written', 'w')",
        "temporary": "tempfile.TemporaryFile()",
        "shared memory": "open('/dev/shm/written', 'w')",
        "memory file": "os.memfd_create('written')",
        "mount": "ctypes.CDLL(None, use_errno=True).mount(b'x', b'/tmp', b'tmpfs', 0, 0) and "
        "os.fstat(-1)",
    }
    known = {"victim": str(victim), "folder": str(tmp_path), "data": str(data_directory)}
    assert reach(tries, **known) == {}
    assert victim.read_text() == "as it was"
    after = victim.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime) == (
        before.st_mode,
        before.st_uid,
        before.st_mtime,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]


@pytest.mark.parametrize("name", ["os", "std", "bjson", "process", "Deno", "fetch", "__write"])
def test_javascript_has_nothing_that_reaches_out(run: Run, name: str) -> None:
    assert run(f"function main() {{ return typeof {name}; }}", "nodejs").result == "undefined"


def test_javascript_cannot_import_files(run: Run, data_directory: Path) -> None:
    script = """
async function main({ file }) {
  try {
    return Object.keys(await import(file));
  } catch (error) {
    return `refused: ${error.name}`;
  }
}
"""
    data_directory.joinpath("module.js").write_text("export const secret = 1;")
    result = run(script, "nodejs", file=str(data_directory / "module.js")).result
    assert result.startswith("refused")
