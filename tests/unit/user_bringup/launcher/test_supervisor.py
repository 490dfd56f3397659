"""The runner with real processes: tiny shell scripts that a launch file starts."""

from __future__ import annotations

import signal

import pytest

from tests.support.launch_folder import LaunchFolder
from tests.support.launch_runner import LaunchRunner, is_alive
from tests.support.wait import wait_for

_STUBBORN = "trap '' INT TERM; echo ready $$; while :; do sleep 0.05; done"
_POLITE = "trap 'echo got INT; exit 0' INT; echo ready $$; while :; do sleep 0.05; done"
_DEAF_TO_INT = "trap '' INT; trap 'echo got TERM; exit 0' TERM; echo ready $$; while :; do sleep 0.05; done"
_QUICK = "sigterm_timeout='0.3' sigkill_timeout='0.3'"


def runner_of(folder: LaunchFolder, body: str, **scripts: str) -> LaunchRunner:
    for name, script in scripts.items():
        folder.executable(name, script)
    return LaunchRunner(folder, str(folder.write("main.launch.xml", body)))


def pid_of(runner: LaunchRunner, label: str) -> int:
    runner.wait_for_output(f"[{label}] ready ")
    return int(runner.output.partition(f"[{label}] ready ")[2].split()[0])


def test_output_has_the_name_and_the_number_of_the_process(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a' output='screen'/><node pkg='demo' exec='b' exec_name='bee' output='both'/>"
    with runner_of(folder, body, a="echo one; echo two", b="printf 'no newline'") as runner:
        assert runner.wait() == 0
    lines = runner.output.splitlines()
    assert {"[a-1] one", "[a-1] two", "[bee-2] no newline"} <= set(lines)


def test_output_log_keeps_standard_output_off_the_screen_and_in_the_log_file(folder: LaunchFolder):
    with runner_of(folder, "<node pkg='demo' exec='a'/>", a="echo quiet; echo loud >&2") as runner:
        assert runner.wait() == 0
    assert "[a-1] loud" in runner.output
    assert "quiet" not in runner.output
    (log,) = (folder.root / "ros_log").iterdir()
    assert "[a-1] quiet" in log.read_text()


@pytest.mark.parametrize("status", [0, 3, 1])
def test_status_of_the_node_that_ends_the_launch_is_passed_on(folder: LaunchFolder, status: int):
    body = "<node pkg='demo' exec='stays' output='screen'/><node pkg='demo' exec='ends' on_exit='shutdown'/>"
    mark = folder.root / "stays_is_ready"
    stays = _POLITE.replace("echo ready", f"touch {mark}; echo ready")
    with runner_of(
        folder, body, stays=stays, ends=f"until [ -e {mark} ]; do sleep 0.02; done; exit {status}"
    ) as runner:
        assert runner.wait() == status
    assert "[stays-1] got INT" in runner.output


def test_required_node_that_was_killed_makes_the_status_non_zero(folder: LaunchFolder):
    with runner_of(folder, "<node pkg='demo' exec='a' on_exit='shutdown'/>", a="kill -9 $$") as runner:
        assert runner.wait() == 128 + signal.SIGKILL


def test_required_node_with_respawn_comes_back_after_a_kill_and_ends_the_launch_by_itself(folder: LaunchFolder):
    mark = folder.root / "was_killed"
    script = f"if [ -e {mark} ]; then exit 3; fi; touch {mark}; kill -9 $$"
    with runner_of(folder, "<node pkg='demo' exec='a' on_exit='shutdown' respawn='true'/>", a=script) as runner:
        assert runner.wait() == 3


def test_other_node_that_failed_makes_the_status_non_zero_when_all_have_ended(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a'/><node pkg='demo' exec='b'/>"
    with runner_of(folder, body, a="exit 7", b="exit 0") as runner:
        assert runner.wait() == 1
    assert "[launch] [a-1] died with status 7" in runner.output


def test_respawn_stops_after_its_retries(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a' output='screen' respawn='true' respawn_max_retries='2'/>"
    with runner_of(folder, body, a="echo once; exit 1") as runner:
        assert runner.wait() == 1
    assert runner.output.count("[a-1] once") == 3


def test_node_with_wrong_settings_ends_the_launch_instead_of_coming_back(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a' output='screen' respawn='true'/><node pkg='demo' exec='stays'/>"
    script = "echo once; echo 'error: no such key' >&2; sleep 0.5; exit 2"
    with runner_of(folder, body, a=script, stays=_POLITE) as runner:
        assert runner.wait() == 2
    assert runner.output.count("[a-1] once") == 1
    assert runner.output.rstrip().endswith("[launch] [a-1] error: no such key")


def test_status_of_whoever_started_the_node_does_not_hide_that_its_settings_are_wrong(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a' output='screen' respawn='true'/>"
    with runner_of(folder, body, a="echo once; echo 'error: no such key' >&2; sleep 0.5; exit 1") as runner:
        assert runner.wait() == 2
    assert runner.output.count("[a-1] once") == 1


def test_respawn_waits_for_its_delay_but_not_while_shutting_down(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a' output='screen' respawn='true' respawn_delay='60'/>"
    with runner_of(folder, body, a="echo once") as runner:
        runner.wait_for_output("[a-1] ended")
        runner.send(signal.SIGINT)
        assert runner.wait(5) == 128 + signal.SIGINT
    assert runner.output.count("[a-1] once") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_to_the_runner_reaches_every_process_as_sigint(folder: LaunchFolder, number: signal.Signals):
    body = "<node pkg='demo' exec='a' output='screen'/><node pkg='demo' exec='b' output='screen' respawn='true'/>"
    with runner_of(folder, body, a=_POLITE, b=_POLITE) as runner:
        pids = [pid_of(runner, "a-1"), pid_of(runner, "b-2")]
        runner.send(number)
        assert runner.wait() == 128 + number
    assert "[a-1] got INT" in runner.output and "[b-2] got INT" in runner.output
    assert not any(is_alive(pid) for pid in pids)


def test_process_that_ignores_sigint_gets_sigterm(folder: LaunchFolder):
    with runner_of(folder, f"<node pkg='demo' exec='a' output='screen' {_QUICK}/>", a=_DEAF_TO_INT) as runner:
        pid_of(runner, "a-1")
        runner.send(signal.SIGINT)
        assert runner.wait() == 128 + signal.SIGINT
    assert "sending SIGTERM" in runner.output and "[a-1] got TERM" in runner.output


def test_process_that_ignores_everything_is_killed(folder: LaunchFolder):
    with runner_of(folder, f"<node pkg='demo' exec='a' output='screen' {_QUICK}/>", a=_STUBBORN) as runner:
        pid = pid_of(runner, "a-1")
        runner.send(signal.SIGTERM)
        assert runner.wait() == 128 + signal.SIGTERM
    assert "sending SIGKILL" in runner.output
    assert not is_alive(pid)


def test_whoever_asks_twice_is_told_how_long_the_slowest_may_take(folder: LaunchFolder):
    slow = "sigterm_timeout='2' sigkill_timeout='0.3'"
    body = f"<node pkg='demo' exec='a' output='screen' {_QUICK}/><node pkg='demo' exec='b' output='screen' {slow}/>"
    with runner_of(folder, body, a=_STUBBORN, b=_STUBBORN) as runner:
        for label in ("a-1", "b-2"):
            pid_of(runner, label)
        runner.send(signal.SIGINT)
        runner.wait_for_output("SIGINT: ending all")
        runner.send(signal.SIGINT)
        runner.wait()
    assert "SIGINT again: already ending, at most 2.3 s." in runner.output


def test_processes_die_with_a_runner_that_is_killed(folder: LaunchFolder):
    with runner_of(folder, "<node pkg='demo' exec='a' output='screen'/>", a=_STUBBORN) as runner:
        pid = pid_of(runner, "a-1")
        runner.send(signal.SIGKILL)
        runner.wait()
        wait_for(lambda: not is_alive(pid), 10, what="the end of the orphan")


def test_what_a_process_left_running_ends_with_it(folder: LaunchFolder):
    script = f'sh -c "{_STUBBORN.replace("$$", chr(92) + "$$")}" & sleep 0.5; exit 0'
    with runner_of(folder, "<node pkg='demo' exec='a' output='screen'/>", a=script) as runner:
        pid = pid_of(runner, "a-1")
        assert runner.wait() == 0
    wait_for(lambda: not is_alive(pid), 5, what="the end of the grandchild")


def test_program_that_cannot_be_started_is_reported(folder: LaunchFolder):
    with runner_of(folder, "<executable cmd='/no/such/program' on_exit='shutdown'/>") as runner:
        assert runner.wait() == 127
    assert "[program-1] cannot be started" in runner.output


def test_nothing_is_started_when_a_later_tag_is_wrong(folder: LaunchFolder):
    body = "<node pkg='demo' exec='a' output='screen'/><node pkg='demo' exec='missing'/>"
    with runner_of(folder, body, a="echo I run") as runner:
        assert runner.wait() == 2
    assert "I run" not in runner.output
    assert "no executable 'missing'" in runner.output


def test_terminal_interrupt_reaches_a_process_once(folder: LaunchFolder):
    """Each process has a group of its own, so that Ctrl-C in a terminal comes from the runner alone."""
    with runner_of(
        folder, "<node pkg='demo' exec='a' output='screen'/>", a="echo group $(ps -o pgid= -p $$); echo ready $$"
    ) as runner:
        pid = pid_of(runner, "a-1")
        assert runner.wait() == 0
    assert f"[a-1] group {pid}\n" in runner.output
