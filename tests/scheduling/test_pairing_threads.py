"""Solving from the worker threads of one process."""

from concurrent.futures import ThreadPoolExecutor

from scheduling import pairing
from scheduling.pairing.instances import instance


def test_threads_give_the_answers_of_one_after_the_other() -> None:
    problems = [instance(30, 30, seed, use_of_rooms=1.3) for seed in range(4)]
    alone = [pairing.solve(problem)["pairs"] for problem in problems]
    for _ in range(2):
        with ThreadPoolExecutor(max_workers=4) as pool:
            together = [solution["pairs"] for solution in pool.map(pairing.solve, problems)]
        assert together == alone
