#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The workloads of the benchmarks in Python's asyncio.

    asyncio_peer.py <workload> <n> <repetitions>

Prints nanoseconds of CPU time for each repetition: per task, for timed_wait_* per wait.
"""
import asyncio
import sys
import time

cpu = time.process_time_ns


async def turns(i, count):
    for _ in range(count):
        await asyncio.sleep(0)
    return i


async def opened(i, gate):
    await gate
    return i


def sleepers(n):
    return [asyncio.create_task(asyncio.sleep(3600)) for _ in range(n)]


async def cancel_and_wait(tasks):
    for task in tasks:
        task.cancel()
    done, _ = await asyncio.wait(tasks)
    assert all(task.cancelled() for task in done)


async def wait_until_none_is_left(tasks, n):
    pending, total = tasks, 0
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        total += sum(task.result() for task in done)
    assert total == n * (n - 1) // 2


async def drain(n, rounds):
    start = cpu()
    for _ in range(rounds):
        await wait_until_none_is_left([asyncio.create_task(turns(i, 1)) for i in range(n)], n)
    return cpu() - start


async def usual_loop(n, rounds):
    start = cpu()
    for _ in range(rounds):
        await wait_until_none_is_left(
            [asyncio.create_task(turns(i, i % 16)) for i in range(n)], n)
    return cpu() - start


async def staircase(n, rounds):
    spent = 0
    for _ in range(rounds):
        gates = [asyncio.get_running_loop().create_future() for _ in range(n)]
        pending = {asyncio.create_task(opened(i, gate)) for i, gate in enumerate(gates)}
        await asyncio.sleep(0)
        start = cpu()
        for i, gate in enumerate(gates):
            gate.set_result(None)
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            assert [task.result() for task in done] == [i]
        spent += cpu() - start
    return spent


async def timed_wait(n, rounds, seconds):
    tasks = sleepers(n)
    await asyncio.sleep(0)
    start = cpu()
    for _ in range(rounds):
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        assert not done
    spent = cpu() - start
    await cancel_and_wait(tasks)
    return spent


async def as_completed(n, rounds):
    start = cpu()
    for _ in range(rounds):
        total = 0
        for done in asyncio.as_completed([asyncio.create_task(turns(i, 1)) for i in range(n)]):
            total += await done
        assert total == n * (n - 1) // 2
    return cpu() - start


async def cancel_storm(n, rounds):
    spent = 0
    for _ in range(rounds):
        tasks = sleepers(n)
        await asyncio.sleep(0)
        start = cpu()
        await cancel_and_wait(tasks)
        spent += cpu() - start
    return spent


WORKLOADS = {
    "drain": drain, "staircase": staircase, "usual_loop": usual_loop,
    "timed_wait_0": lambda n, rounds: timed_wait(n, rounds, 0),
    "timed_wait_1ms": lambda n, rounds: timed_wait(n, rounds, 0.001),
    "as_completed": as_completed, "cancel_storm": cancel_storm,
}


def rounds_for(workload, n):
    """So many that a repetition takes some tens of milliseconds, unless one round takes longer."""
    if workload.startswith("timed_wait"):
        return max(2, min(1000 if workload == "timed_wait_0" else 100, 20000 // n))
    return max(1, (1000 if workload == "staircase" else 4000) // n)


def main():
    workload, n, repetitions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    run, rounds = WORKLOADS[workload], rounds_for(workload, n)
    asyncio.run(run(n, max(1, rounds // 4)))
    units = rounds if workload.startswith("timed_wait") else rounds * n
    for _ in range(repetitions):
        print(f"{asyncio.run(run(n, rounds)) / units:.1f}")


if __name__ == "__main__":
    main()
