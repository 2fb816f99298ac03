"""What stands around the program: documents, images and copies keep up with it."""

import re
import shutil
import sqlite3
import stat

import yaml

from tests.run.conftest import MANAGE, ROOT, run

READ = re.compile(r"""(?:environ(?:\.get\(|\[)|env(?:\.get\(|\[)|\bflag\(|\bnames\()["']([A-Z][A-Z_]+)["']""")
OF_DJANGO = {"DJANGO_SETTINGS_MODULE", "DJANGO_DEBUG", "DEBUG"}


def test_every_variable_is_explained():
    read = {
        name for path in (ROOT / "backend").rglob("*.py") for name in READ.findall(path.read_text(encoding="utf-8"))
    }
    explained = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in read - OF_DJANGO if f"`{name}`" not in explained} == set()


def test_compose_runs_one_beat_and_keeps_its_secrets_outside():
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    house = {name: service for name, service in services.items() if service["image"].startswith("qianshou")}
    assert {name: service["command"][0] for name, service in house.items()} == {
        "migrate": "migrate", "web": "web", "worker": "worker", "beat": "beat"
    }  # fmt: skip
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in house.values())
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert "deploy" not in services["beat"]
    text = (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
    assert "PASSWORD: ${POSTGRES_PASSWORD:?" in text
    example = (ROOT / "docker" / "example.env").read_text(encoding="utf-8")
    assert all(line.endswith("=") for line in example.splitlines() if re.match(r"(?:\w*PASSWORD|\w*KEYS?)=", line))


def test_the_image_does_not_run_as_root():
    lines = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER qianshou" in lines
    assert lines.index("USER qianshou") < next(n for n, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_a_backup_is_whole_private_and_the_oldest_go(home, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in range(1, 4):
        shutil.copy(home / "qianshou.sqlite3", folder / f"qianshou-2020010{day}-000000.sqlite3")
    made = run(MANAGE, "backup", "--to", folder, "--keep", "2", QIANSHOU_HOME=str(home))
    assert made.returncode == 0, made.stderr
    copies = sorted(folder.iterdir())
    assert len(copies) == 2
    assert copies[0].name == "qianshou-20200103-000000.sqlite3"
    assert stat.S_IMODE(copies[1].stat().st_mode) == 0o600
    with sqlite3.connect(copies[1]) as database:
        assert database.execute("SELECT COUNT(*) FROM django_migrations").fetchone()[0] > 10
