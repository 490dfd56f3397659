"""The plots of a report, each drawn on axes of its own from the tables of a run."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from user_bringup.evaluation.evaluation_table import ClosedEvaluation, EvaluationKind
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.wilson import SuccessRate
from user_bringup.report.corrections import doubt_threshold, doubts_at_take_overs
from user_core.types import Mode, Outcome

BLUE, ORANGE, GREEN, GREY = "#2f6fab", "#c8722c", "#3f8f5b", "#8a8f98"
_ROLLING = 20
_STYLE: Any = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e8eb",
    "grid.linewidth": 0.6,
    "axes.edgecolor": GREY,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}
Plot = Callable[[Axes, RunRecord], None]


def render(plot: Plot, record: RunRecord) -> bytes:
    """Draw one plot; return it as PNG."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 3.3), dpi=120)
        FigureCanvasAgg(figure)
        # Fixed margins: fitting them takes as long as drawing, and an interrupted run must end soon.
        plot(figure.add_axes((0.105, 0.15, 0.875, 0.75)), record)
        stream = io.BytesIO()
        figure.savefig(stream, format="png", facecolor="white")
    return stream.getvalue()


def plot_success(axes: Axes, record: RunRecord) -> None:
    """Draw the evaluations with their Wilson band, the final one, imitation alone, and success in practice."""
    practice = record.episodes.of_mode(Mode.TRAIN)
    if practice:
        steps = [row.training_steps for row in practice]
        success = _rolling([float(row.outcome == Outcome.SUCCESS) for row in practice])
        axes.plot(steps, success, color=GREY, linewidth=0.9, label=f"practice, last {_ROLLING} episodes")
    curve = [item for item in record.evaluations.closed(EvaluationKind.PERIODIC) if item.episodes]
    if curve:
        steps = [item.begun.training_steps for item in curve]
        low, high = zip(*(_rate(item).wilson() for item in curve), strict=True)
        rates = [_rate(item).rate for item in curve]
        axes.fill_between(steps, low, high, color=BLUE, alpha=0.16, linewidth=0)
        axes.plot(steps, rates, "o-", color=BLUE, markersize=4, label="evaluation, 95 % band")
    if record.imitation is not None:
        rate = _rate(record.imitation)
        axes.axhspan(*rate.wilson(), color=ORANGE, alpha=0.10, linewidth=0)
        axes.axhline(rate.rate, color=ORANGE, linestyle="--", linewidth=1.2, label=f"imitation only, {rate.rate:.0%}")
    if record.final is not None:
        rate = _rate(record.final)
        bottom, top = rate.wilson()
        error = [[max(rate.rate - bottom, 0.0)], [max(top - rate.rate, 0.0)]]
        place = record.final.begun.training_steps
        label = f"final, {rate.successes}/{rate.episodes}"
        axes.errorbar([place], [rate.rate], yerr=error, fmt="D", color=GREEN, markersize=6, capsize=3, label=label)
    axes.set(xlabel="environment steps", ylabel="success rate", ylim=(-0.03, 1.03), title="Success")
    _legend(axes, "lower right")


def plot_return(axes: Axes, record: RunRecord) -> None:
    """Draw the return of each practice episode and its rolling mean."""
    practice = record.episodes.of_mode(Mode.TRAIN)
    if practice:
        steps = [row.training_steps for row in practice]
        returns = [row.episode_return for row in practice]
        axes.plot(steps, returns, ".", color=GREY, markersize=3, alpha=0.6, label="episode")
        axes.plot(steps, _rolling(returns), color=BLUE, label=f"mean of {_ROLLING}")
    axes.set(xlabel="environment steps", ylabel="return", title="Return in practice")
    _legend(axes, "best")


def plot_loop(axes: Axes, record: RunRecord) -> None:
    """Draw the distribution of the loop's period, or in lockstep the speed over time."""
    periods_ms = np.array([1e3 * value for row in record.episodes.episodes for value in row.tick_period_s])
    if periods_ms.size:
        axes.hist(periods_ms, bins=80, color=BLUE, log=True)
        p99 = float(np.quantile(periods_ms, 0.99))
        axes.axvline(p99, color=ORANGE, linestyle="--", linewidth=1.2, label=f"p99 {p99:.2f} ms")
        axes.set(xlabel="period of the control loop, ms", ylabel="ticks", title="Loop period")
    else:
        _speed(axes, record)
        axes.set(xlabel="wall time, s", ylabel="per second", title="Speed in lockstep")
    _legend(axes, "best")


def plot_staleness(axes: Axes, record: RunRecord) -> None:
    """Draw how many updates the learner was ahead of the weights it had sent last."""
    if record.samples:
        wall_s = [item.wall_s for item in record.samples]
        axes.plot(wall_s, [item.staleness for item in record.samples], color=BLUE, linewidth=0.9)
    axes.set(xlabel="wall time, s", ylabel="updates since the last broadcast", title="Staleness of the weights")


def plot_interventions(axes: Axes, record: RunRecord) -> None:
    """Draw how often a person took over, and how much of practice was theirs."""
    practice = [row for row in record.episodes.of_mode(Mode.TRAIN) if row.length]
    if practice:
        steps = [row.training_steps for row in practice]
        take_overs = _rolling([100 * row.interventions / row.length for row in practice])
        shares = _rolling([100 * row.human_steps / row.length for row in practice])
        axes.plot(steps, take_overs, color=BLUE)
        left, bottom, width, height = axes.get_position().bounds
        axes.set_position((left, bottom, width - 0.09, height))
        beside = axes.twinx()
        beside.plot(steps, shares, color=ORANGE)
        beside.set(ylim=(0, None))
        beside.set_ylabel("steps by the person, %", color=ORANGE)
        beside.grid(visible=False)
    axes.set(xlabel="environment steps", ylim=(0, None), title=f"Interventions, mean of {_ROLLING} episodes")
    axes.set_ylabel("take-overs in 100 steps", color=BLUE)


def plot_doubt(axes: Axes, record: RunRecord) -> None:
    """Draw the doubt at each take-over, and the threshold that they give."""
    doubts = doubts_at_take_overs(record)
    if doubts:
        axes.plot(range(1, len(doubts) + 1), doubts, ".", color=GREY, markersize=3, label="doubt at a take-over")
        threshold = doubt_threshold(record) or 0.0
        axes.axhline(threshold, color=ORANGE, linestyle="--", linewidth=1.2, label=f"threshold, {threshold:.2g}")
        axes.set(yscale="log")  # the first ones are of a learner that has hardly learned
    axes.set(xlabel="take-over", ylabel="doubt", title="Doubt where a person took over")
    _legend(axes, "best")


PLOTS: tuple[Plot, ...] = (plot_success, plot_return, plot_loop, plot_staleness)


def plots_of(record: RunRecord) -> tuple[Plot, ...]:
    """Return the plots that there is something to show in."""
    corrected = any(row.interventions for row in record.episodes.of_mode(Mode.TRAIN))
    wanted = [*PLOTS]
    if corrected:
        wanted.append(plot_interventions)
    if doubts_at_take_overs(record):
        wanted.append(plot_doubt)
    return tuple(wanted)


"""Where a person took over."""


def _speed(axes: Axes, record: RunRecord) -> None:
    samples = record.samples[:: max(len(record.samples) // 150, 1)]
    pairs = [(a, b) for a, b in zip(samples, samples[1:], strict=False) if b.wall_s > a.wall_s]
    wall_s = [after.wall_s for _, after in pairs]
    steps = [(after.training_steps - before.training_steps) / (after.wall_s - before.wall_s) for before, after in pairs]
    updates = [(after.updates - before.updates) / (after.wall_s - before.wall_s) for before, after in pairs]
    if pairs:
        axes.plot(wall_s, np.maximum(steps, 0), color=BLUE, label="environment steps")
        axes.plot(wall_s, np.maximum(updates, 0), color=ORANGE, label="updates")


def _rolling(values: list[float]) -> list[float]:
    return [float(np.mean(values[max(end - _ROLLING, 0) : end])) for end in range(1, len(values) + 1)]


def _rate(evaluation: ClosedEvaluation) -> SuccessRate:
    return SuccessRate(episodes=evaluation.episodes, successes=evaluation.successes)


def _legend(axes: Axes, place: Literal["best", "lower right"]) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=place)
