"""The service under a real systemd, installed by the guide's own commands: what systemd, the journal and Slack see."""

import re
from pathlib import Path

import pytest

from tests.systemd.guide import GUIDE, commands
from tests.systemd.installed import CHECKOUT, CONFIG, YAML, Service

_STATE = "/var/lib/private/channelwatch/channelwatch.db"
_CANARY = "canarysecretcanarysecret"


def test_the_guide_ends_in_a_service_that_is_ready_and_says_how_it_stands(service: Service) -> None:
    assert "active (running)" in service.install_said
    assert "watching 1 check" in service.show("StatusText")
    took = []
    for _ in range(3):  # this machine may be busy with something else
        began, ready = (
            int(service.show(f"{at}Monotonic")) for at in ("ExecMainStartTimestamp", "ActiveEnterTimestamp")
        )
        took.append((ready - began) / 1e6)
        service.machine.run("systemctl restart channelwatch")
    assert min(took) < 5


def test_an_alert_reaches_slack_and_the_journal_finds_check_incident_and_destination(service: Service) -> None:
    service.wait_for("destination=growth attempt=1 outcome=sent")
    service.wait_for("cycle checks=marketing_daily")
    [delivery] = service.journal("DESTINATION=growth", "STATE=sent")
    [cycle] = [entry for entry in service.journal("CHECK=marketing_daily") if entry["MESSAGE"].startswith("cycle ")]

    assert "in paid search" in service.slack.requests[0].words
    assert delivery["PRIORITY"] == cycle["PRIORITY"] == "6"
    assert delivery["SYSLOG_IDENTIFIER"] == "channelwatch"
    assert delivery["ATTEMPT"] == "1"
    assert len(service.journal(f"INCIDENT={delivery['INCIDENT']}")) >= 2
    assert len(service.slack.requests) == 1


def test_it_runs_as_nobody_who_may_do_nothing(service: Service) -> None:
    status = service.machine.run(f"cat /proc/{service.show('MainPID')}/status")
    facts = dict(re.findall(r"^(\w+):\s+(\S+)", status, re.MULTILINE))

    assert int(facts["Uid"]) >= 61184  # the range of dynamic users
    assert (facts["NoNewPrivs"], facts["Seccomp"], facts["CapEff"], facts["CapBnd"]) == ("1", "2", "0" * 16, "0" * 16)
    assert "1.1 OK" in service.machine.run("systemd-analyze security --no-pager channelwatch | tail -1")


def test_the_engines_work_inside_the_sandbox(service: Service) -> None:
    service.machine.write("/opt/probe/probe.py", Path(__file__).with_name("probe.py").read_text(encoding="utf-8"))
    unit = service.machine.run("cat /etc/systemd/system/channelwatch.service")
    start = "ExecStart=/opt/channelwatch/bin/python /opt/probe/probe.py"
    unit = re.sub(r"^ExecStart=.*$", start, unit, flags=re.MULTILINE)
    unit = re.sub(r"^(Type=notify|Restart=.*|StateDirectory=.*|WatchdogSec=.*)$", "", unit, flags=re.MULTILINE)
    unit = unit.replace("[Service]", "[Service]\nType=oneshot\nStateDirectory=probe")
    unit = re.sub(r"^WorkingDirectory=.*$", "WorkingDirectory=%S/probe", unit, flags=re.MULTILINE)
    service.machine.write("/etc/systemd/system/probe.service", unit)

    code, _ = service.machine.attempt("systemctl daemon-reload && systemctl start probe")
    said = service.machine.run("journalctl -u probe -o cat -q")

    assert code == 0, said
    for engine in ("numpy", "statsmodels", "duckdb", "workers", "chart", "tls", "state"):
        assert f"{engine} works" in said


def test_a_reload_takes_a_new_configuration_over_without_a_restart(service: Service) -> None:
    before, since = service.show("MainPID"), service.now()
    service.machine.write(YAML, CONFIG + "tuning: {defaults: {sensitivity: 3}}\n")

    said = service.machine.run("\n".join(commands("Change")))
    service.wait_for("reloaded", since)
    service.machine.wait_until("systemctl is-active channelwatch")

    assert "channelwatch.yaml: fine" in said
    assert service.show("MainPID") == before
    service.machine.wait_until("systemctl show channelwatch -p StatusText | grep watching")


def test_a_wrong_configuration_is_found_beforehand_and_not_taken_over(service: Service) -> None:
    before, since = service.show("MainPID"), service.now()
    service.machine.write(YAML, CONFIG.replace("cadence: day", "cadence: dya"))

    enter, check, reload, _ = commands("Change")
    code, said = service.machine.attempt(f"{enter}\n{check}")
    refused, _ = service.machine.attempt(reload)
    service.wait_for("reload_refused", since)

    assert (code, refused) == (78, 1)
    assert "channelwatch.yaml:13:14" in said
    # systemd itself adds a line of the same priority: that the reload failed.
    [told] = [entry for entry in service.journal("PRIORITY=3", since=since) if "REASON" in entry]
    assert "channelwatch.yaml:13:14" in told["REASON"]
    service.machine.wait_until("systemctl is-active channelwatch")
    assert service.show("MainPID") == before


def test_a_wrong_configuration_at_the_start_ends_with_78_and_is_not_tried_again(service: Service) -> None:
    since = service.now()
    service.settings("RestartSec=100ms")
    service.machine.write(YAML, CONFIG.replace("cadence: day", "cadence: dya"))
    service.machine.attempt("systemctl restart channelwatch")
    service.wait_for("dya", since)
    service.machine.wait_until("test $(systemctl show channelwatch -p ActiveState --value) = failed")
    restarts = service.show("NRestarts")
    service.machine.run("sleep 2")

    assert service.show("ExecMainStatus") == "78"
    assert service.show("ActiveState") == "failed"
    assert service.show("NRestarts") == restarts == "0"
    assert any("dya" in entry["MESSAGE"] for entry in service.journal("PRIORITY=3", since=since))


@pytest.mark.parametrize("signal", ["STOP", "KILL"])
def test_a_process_that_stands_still_or_dies_is_started_anew_and_repeats_nothing(service: Service, signal: str) -> None:
    service.settings("WatchdogSec=3", "TimeoutAbortSec=1", "RestartSec=100ms")
    service.slack.wait_for(1, 60)
    sent, before, since = len(service.slack.requests), service.show("MainPID"), service.now()

    service.machine.run(f"kill -{signal} {before}")
    service.machine.wait_until(
        f"p=$(systemctl show channelwatch -p MainPID --value); test $p != {before} && test $p != 0 &&"
        " systemctl is-active channelwatch"
    )
    service.wait_for("nothing_due", since)

    if signal == "STOP":
        service.wait_for("Watchdog timeout", since)
    assert len(service.slack.requests) == sent


def test_a_thread_that_stands_still_is_told_and_the_watchdog_starts_the_service_anew(service: Service) -> None:
    service.machine.run("rm -f /opt/wedge/now")
    service.machine.write("/opt/wedge/sitecustomize.py", Path(__file__).with_name("wedge.py").read_text("utf-8"))
    service.settings("WatchdogSec=4", "RestartSec=100ms", "Environment=PYTHONPATH=/opt/wedge")
    since, before = service.now(), service.show("MainPID")

    service.machine.run("sleep 10")  # two beats of the watchdog and more: while it works it is left alone
    assert service.show("MainPID") == before
    service.machine.run("touch /opt/wedge/now")
    service.wait_for("stands_still", since)
    service.wait_for("Watchdog timeout", since)
    service.machine.run("rm /opt/wedge/now")
    service.machine.wait_until("systemctl is-active channelwatch")

    assert any("the schedule" in entry["MESSAGE"] for entry in service.journal("PART='the schedule'", since=since))
    service.wait_for("Current thread", since)  # where each thread stood
    assert service.show("MainPID") != before


def test_stopping_finishes_the_delivery_under_way(service: Service) -> None:
    service.machine.run("systemctl stop channelwatch")
    service.machine.run("rm -rf /var/lib/private/channelwatch/*")
    asked = len(service.slack.requests)
    service.hurry.clear()
    try:
        since = service.now()
        service.machine.run("systemctl start channelwatch")
        service.slack.wait_for(asked + 1, 60)
        service.machine.run("systemctl stop channelwatch", seconds=40)
    finally:
        service.hurry.set()

    assert service.show("Result") == "success"
    assert service.show("ExecMainStatus") == "0"
    assert service.journal("DESTINATION=growth", "STATE=sent", since=since)
    service.machine.run("systemctl start channelwatch")
    service.wait_for("nothing_due", since)
    assert len(service.slack.requests) == asked + 1


def test_the_secret_is_read_and_shown_to_nobody(service: Service) -> None:
    service.slack.wait_for(1, 60)
    pid = service.show("MainPID")
    assert _CANARY in service.slack.requests[0].path

    for place in (
        "journalctl -a -o export",
        f"tr '\\0' '\\n' < /proc/{pid}/environ",
        f"tr '\\0' ' ' < /proc/{pid}/cmdline",
        "systemctl show channelwatch; systemctl status channelwatch; systemctl cat channelwatch",
        f"cat {_STATE} {_STATE}-wal",
    ):
        assert service.machine.attempt(f"({place}) | grep -a -c {_CANARY}")[1].strip() == "0", place
    assert service.machine.run("stat -c %a /etc/channelwatch/credentials /etc/channelwatch/credentials/*").split() == [
        "700",
        "600",
    ]
    assert service.machine.attempt("setpriv --reuid 65534 --clear-groups cat /run/credentials/channelwatch.service/*")[
        0
    ]
    assert service.machine.run(f"stat -c %a {_STATE}").strip() == "600"


def test_a_secret_that_is_missing_keeps_it_from_starting(service: Service) -> None:
    since, secret = service.now(), "/etc/channelwatch/credentials/SLACK_WEBHOOK_URL"
    service.machine.run(f"mv {secret} {secret}.away")
    try:
        assert service.machine.attempt("systemctl restart channelwatch")[0] != 0
        service.wait_for("status=243/CREDENTIALS", since)
    finally:
        service.machine.run(f"mv {secret}.away {secret}")


def test_exports_for_a_group_are_read_by_the_groups_name(service: Service) -> None:
    service.machine.run("getent group exports || groupadd --system exports")
    service.machine.run("chgrp -R exports /srv/exports && chmod 0750 /srv/exports && chmod 0640 /srv/exports/*")
    since = service.now()
    try:
        service.settings("SupplementaryGroups=exports")
        service.machine.run("systemctl stop channelwatch && rm -rf /var/lib/private/channelwatch/*")
        service.machine.run("systemctl start channelwatch")
        service.wait_for("cycle checks=marketing_daily", since)
        assert service.journal("PRIORITY=3", "LOGGER=daemon.running", since=since) == []
    finally:
        service.machine.run("chmod -R a+rX /srv/exports")


def test_commands_of_people_see_the_state_of_the_service(service: Service) -> None:
    since = service.now()
    service.machine.run("systemctl restart channelwatch")
    service.wait_for("nothing_due", since)

    with_state = commands("Look at it")[-7:]
    assert with_state[0].startswith("export ")
    said = service.machine.run("\n".join(with_state))

    assert "growth" in said
    service.machine.run("systemctl restart channelwatch")  # what root touched is still the service's


def test_monitoring_asks_the_address_that_the_guide_sets(service: Service) -> None:
    example = re.search(r"^```yaml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert example is not None
    service.machine.write(YAML, CONFIG + example[1])
    service.machine.run("systemctl reload channelwatch")

    ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9321/readyz', timeout=10).status)"
    service.machine.wait_until(f'/opt/channelwatch/bin/python -c "{ask}"')


def test_an_update_keeps_a_copy_and_the_state(service: Service) -> None:
    since, sent = service.now(), len(service.slack.requests)
    fetch, *lines = commands("Update")
    assert fetch == "git pull"
    for line in lines:
        service.machine.run(line, cwd=CHECKOUT)

    service.wait_for("nothing_due", since)
    assert len(service.slack.requests) == sent
    assert service.machine.run("ls /var/lib/private/channelwatch.*/channelwatch.db")
    service.machine.run("rm -r /var/lib/private/channelwatch.2*")


def test_removing_leaves_nothing_behind(service: Service) -> None:
    for line in commands("Remove"):
        service.machine.run(line)
    left = "find / -xdev -name '*channelwatch*' -not -path '/root/*' -not -path '/proc/*' -not -path '/wheels/*'"
    assert service.machine.run(f"{left} -not -path '/run/*' -not -path '/sys/*'").split() == []
