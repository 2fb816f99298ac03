"""Fixtures that every test may use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from qianshou.core.messages.catalogues import compile_all


def pytest_configure() -> None:
    """Read Chinese as people do: the compiled catalogues are not in the repository."""
    compile_all(Path(__file__).parents[1])


@pytest.fixture
def race(transactional_db: None) -> Callable[..., list[Any]]:
    """Return a function that runs calls at the same moment, each in a thread with a connection of its own.

    It answers their results in order; a call that raised answers its exception. Mark the test with `race`.
    """

    def run(*calls: Callable[[], Any]) -> list[Any]:
        barrier = threading.Barrier(len(calls))
        answers: list[Any] = [None] * len(calls)

        def one(index: int, call: Callable[[], Any]) -> None:
            try:
                connection.ensure_connection()
                barrier.wait(timeout=30)
                answers[index] = call()
            except Exception as error:
                answers[index] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(index, call)) for index, call in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        return answers

    return run
