# SPDX-License-Identifier: BSL-1.0
"""The left column of doc/02_coming_from_asyncio.md; Python 3.11 or newer.

A test compares the marked parts with the page, and what is printed with what from_asyncio.cpp,
the right column, prints.
"""
# [preamble]
import asyncio
# [preamble]


# [coroutine]
async def square(n, delay=0.001):
    await asyncio.sleep(delay)
    return n * n

async def fail():
    await asyncio.sleep(0.001)
    raise ValueError("no answer")
# [coroutine]


async def start():
    # [start]
    t = asyncio.create_task(square(3), name="three")
    print(t.get_name(), "is done:", t.done())
    value = await t
    print(t.get_name(), "gave", value)
    # [start]


async def names():
    # [names]
    t = asyncio.create_task(square(3), name="three")
    t.set_name("nine")
    print("its name is", t.get_name())
    # [names]
    await t


async def wait_for_all():
    # [wait_for_all]
    tasks = [asyncio.create_task(square(n)) for n in (1, 2, 3)]
    done, pending = await asyncio.wait(tasks)
    print(len(done), "done,", len(pending), "pending")
    # [wait_for_all]


async def wait_limit():
    # [wait_limit]
    fast = asyncio.create_task(square(2))
    slow = asyncio.create_task(square(3, 3600))
    done, pending = await asyncio.wait([fast, slow], timeout=0.1)
    print(len(done), "done,", len(pending), "pending")
    print("slow has ended:", slow.done())
    # [wait_limit]
    slow.cancel()


async def first_of_all():
    # [first_of_all]
    pending = [asyncio.create_task(square(n)) for n in (1, 2, 3)]
    total = 0
    while pending:
        done, pending = await asyncio.wait(
            pending, return_when=asyncio.FIRST_COMPLETED)
        for t in done:
            total += t.result()
    print("total:", total)
    # [first_of_all]


async def first_failure():
    # [first_failure]
    bad = asyncio.create_task(fail())
    slow = asyncio.create_task(square(3, 3600))
    done, pending = await asyncio.wait(
        [bad, slow], return_when=asyncio.FIRST_EXCEPTION)
    for t in done:
        try:
            print(t.result())
        except ValueError as error:
            print("failed:", error)
    # [first_failure]
    slow.cancel()


async def cancel():
    # [cancel]
    t = asyncio.create_task(square(3, 3600))
    t.cancel()
    await asyncio.wait([t])
    print("cancelled:", t.cancelled())
    # [cancel]


# [tidy_up]
async def careful():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        await asyncio.sleep(0.001)
        print("tidied up")
        raise
# [tidy_up]


async def tidy_up():
    t = asyncio.create_task(careful())
    await asyncio.sleep(0)
    t.cancel()
    await asyncio.wait([t])
    print("cancelled:", t.cancelled())


async def one_limit():
    # [one_limit]
    print(await asyncio.wait_for(square(3), 10))
    try:
        await asyncio.wait_for(square(3, 3600), 0.05)
    except TimeoutError:
        print("too late")
    # [one_limit]


async def block_limit():
    # [block_limit]
    clock = asyncio.get_running_loop().time
    async with asyncio.timeout(10) as scope:
        first = await square(2)
        scope.reschedule(clock() + 5)
        second = await square(3)
        print("sum:", first + second)
    # [block_limit]


async def all_values():
    # [all_values]
    a, b = await asyncio.gather(square(2), square(3))
    print(a, b)
    # [all_values]


async def all_outcomes():
    # [all_outcomes]
    good, bad = await asyncio.gather(
        square(2), fail(), return_exceptions=True)
    print("good:", good)
    print("bad failed:", isinstance(bad, Exception))
    # [all_outcomes]


async def protect():
    # [protect]
    saving = asyncio.create_task(square(4))
    async def save():
        return await asyncio.shield(saving)
    request = asyncio.create_task(save())
    request.cancel()
    await asyncio.wait([request])
    print("request cancelled:", request.cancelled())
    print("saved:", await saving)
    # [protect]


async def group():
    # [group]
    async with asyncio.TaskGroup() as group:
        a = group.create_task(square(2))
        b = group.create_task(square(3))
    print(a.result(), b.result())
    # [group]


async def group_failure():
    # [group_failure]
    try:
        async with asyncio.TaskGroup() as group:
            slow = group.create_task(square(3, 3600))
            group.create_task(fail())
    except ExceptionGroup as group_error:
        print(len(group_error.exceptions), "failed")
    print("slow cancelled:", slow.cancelled())
    # [group_failure]


async def in_order():
    # [in_order]
    tasks = [asyncio.create_task(square(n, n * 0.01))
             for n in (1, 2, 3)]
    for step in asyncio.as_completed(tasks, timeout=10):
        print(await step)
    # [in_order]


async def callback():
    # [callback]
    t = asyncio.create_task(square(3))
    t.add_done_callback(lambda t: print("called:", t.result()))
    await t
    print("awaited")
    # [callback]


async def so_many():
    # [so_many]
    two = asyncio.Semaphore(2)
    async def limited(n):
        async with two:
            return await square(n)
    a, b, c = await asyncio.gather(
        limited(1), limited(2), limited(3))
    print(a, b, c)
    # [so_many]


async def event():
    # [event]
    ready = asyncio.Event()
    async def worker(n):
        await ready.wait()
        print("worker", n)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker(1))
        group.create_task(worker(2))
        print("ready")
        ready.set()
    # [event]


async def who_is_there():
    # [who_is_there]
    slow = asyncio.create_task(square(3, 3600), name="slow")
    names = [t.get_name() for t in asyncio.all_tasks()]
    print("slow is there:", "slow" in names)
    # [who_is_there]
    slow.cancel()


async def part(name, body):
    print(f"[{name}]")
    await body


async def run():
    await part("start", start())
    await part("names", names())
    await part("wait_for_all", wait_for_all())
    await part("wait_limit", wait_limit())
    await part("first_of_all", first_of_all())
    await part("first_failure", first_failure())
    await part("cancel", cancel())
    await part("tidy_up", tidy_up())
    await part("one_limit", one_limit())
    await part("block_limit", block_limit())
    await part("all_values", all_values())
    await part("all_outcomes", all_outcomes())
    await part("protect", protect())
    await part("group", group())
    await part("group_failure", group_failure())
    await part("in_order", in_order())
    await part("callback", callback())
    await part("so_many", so_many())
    await part("event", event())
    await part("who_is_there", who_is_there())


# [run]
asyncio.run(run())
# [run]
