"""How much of a backtest is done: steps weighed by the seconds that they usually take."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wfm.progress import Progress

__all__ = ["Work"]

# Seconds for one fit of one queue, in the rough; others take hardly any.
_FIT_SECONDS = {"prophet": 0.25, "ets": 0.3, "sarimax": 0.6}
_OTHER_SECONDS, _DEFAULT_SECONDS = 0.005, 0.4
_EFFECTS_SECONDS, _EFFECTS_QUEUE_SECONDS = 0.1, 0.02
_WINDOW_SECONDS, _WINDOW_QUEUE_SECONDS = 0.5, 0.1


class Work:
    """Tells a progress how far all steps together are.

    Parameters
    ----------
    progress : Progress
        Told the share that is done.
    queues : int
        Number of queues.
    names : sequence of str
        Candidate models.
    jobs : int
        Processes that fit.
    origins : int
        Past windows that choose the models.
    """

    def __init__(self, progress: Progress, queues: int, names: Sequence[str], jobs: int, origins: int) -> None:
        self.progress, self.queues, self.jobs, self.origins = progress, queues, min(jobs, queues), origins
        self.fit = sum(_FIT_SECONDS.get(name, _OTHER_SECONDS) for name in names) * queues
        self.total, self.done = 1.0, 0.0

    def expect(self, weeks: int, editions: int, default: bool) -> None:
        """Be told how many windows and editions there are, and whether Prophet's defaults are asked for."""
        fits = weeks * (1 + self.origins) / 2 + editions * (2 + self.origins)  # windows of weeks share theirs
        self.total = fits * (self._effects() + self.fit / self.jobs) + (weeks + editions) * self._window()
        self.total += (weeks + editions) * self._default() if default else 0.0
        self.progress("backtest", 0.0)

    def effects(self) -> None:
        """Be told that what events did before one origin is known."""
        self._tell(self.done + self._effects(), "events before past weeks")

    def levels(self, origins: int) -> Progress:
        """Return what is told of the fits of all models from some origins."""
        begun, whole = self.done, origins * self.fit / self.jobs

        def told(step: str, done: float, message: str = "") -> None:
            del step, message
            self._tell(begun + whole * done, "models of past weeks")

        return told

    def defaults(self, windows: int) -> Callable[[float], None]:
        """Return what is told of Prophet's defaults."""
        begun, whole = self.done, windows * self._default()
        return lambda done: self._tell(begun + whole * done, "prophet as it comes")

    def window(self, name: str) -> None:
        """Be told that a window is done."""
        self._tell(self.done + self._window(), name)

    def _effects(self) -> float:
        return _EFFECTS_SECONDS + _EFFECTS_QUEUE_SECONDS * self.queues

    def _window(self) -> float:
        return _WINDOW_SECONDS + _WINDOW_QUEUE_SECONDS * self.queues

    def _default(self) -> float:
        return _DEFAULT_SECONDS * self.queues / self.jobs

    def _tell(self, done: float, message: str) -> None:
        self.done = done
        # The estimate is one: the whole is reached only at the end.
        self.progress("backtest", min(done / self.total, 0.99), message)
