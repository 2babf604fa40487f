# SPDX-License-Identifier: BSL-1.0
"""Makes scenarios from seeds. A body waits only for bodies after it, so nothing waits in a circle.

Times are drawn from so wide a range that two events rarely meet by chance; one seed in eight asks
for meetings ("ties") by taking its times from a handful."""
import random

from scenario import Body, Scenario, Step

MODES = ["first_completed", "first_exception", "all_completed"]
WAYS = ["vector", "moved", "members"]


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.ties = self.r.random() < 0.125
        self.count = self.r.randint(3, 10)
        self.names = ["m"] + [chr(ord("a") + i) for i in range(self.count - 1)]
        self.scopes = []
        flags = ["lazy"] if self.r.random() < 0.5 else []
        self.scenario = Scenario(str(seed), flags)

    def time(self):
        if self.ties:
            return str(self.r.choice([1000, 2000, 3000, 4000]))
        return str(self.r.randint(500, 20000))

    def limit(self, chance=0.5):
        if self.r.random() >= chance:
            return "-"
        return "0" if self.r.random() < 0.12 else self.time()

    def later(self, i, least=1, most=4):
        """Names of bodies after the i-th, now and then one of them twice."""
        pool = self.names[i + 1:]
        if not pool:
            return []
        names = self.r.sample(pool, min(len(pool), self.r.randint(least, most)))
        if names and self.r.random() < 0.05:
            names.append(self.r.choice(names))
        return names

    def others(self, i):
        return self.names[:i] + self.names[i + 1:]

    def steps(self, i):
        """One step, or a few that belong together."""
        r = self.r
        choice = r.choices(list(self.KINDS), list(self.KINDS.values()))[0]
        return getattr(self, f"make_{choice}")(i)

    KINDS = {"spawn": 3, "sleep": 4, "cancel": 3, "wait": 4, "drain": 2, "wait_for": 3, "gather": 2,
             "completed": 2, "join": 2, "get": 1, "shield": 1, "timeout": 3, "group": 3,
             "child": 2, "collect": 1, "insert": 1, "watch": 1, "reschedule": 1, "self_cancel": 0.2,
             "empty": 0.2}

    def tried(self, chance=0.4):
        return self.r.random() < chance

    def make_spawn(self, i):
        return [Step("spawn", self.later(i, 1, 3))]

    def make_sleep(self, i):
        return [Step("sleep", [self.time()], self.tried(0.25))]

    def make_cancel(self, i):
        return [Step("sleep", [self.time()]), Step("cancel", [self.r.choice(self.others(i))])]

    def make_self_cancel(self, i):
        """Then something that suspends in both worlds."""
        after = self.r.choice(["sleep", "wait", "end"])
        steps = ([Step("return", [str(i)])] if after == "end"
                 else getattr(self, f"make_{after}")(i))
        return [Step("cancel", [self.names[i]])] + steps

    def make_wait(self, i):
        return [Step("wait", [self.r.choice(MODES), self.limit()] + self.later(i), self.tried())]

    def make_drain(self, i):
        return [Step("drain", [self.r.choice(WAYS), self.r.choice(MODES), self.limit(0.3)]
                     + self.later(i) + ["+"] + self.later(i, 0, 2), self.tried())]

    def make_wait_for(self, i):
        steps = [Step("wait_for", [self.limit(0.9)] + self.later(i, 1, 1), self.tried())]
        if self.r.random() < 0.5:
            steps.insert(0, Step("spawn", steps[0].words[1:]))
        return steps

    def make_gather(self, i):
        op = self.r.choice(["gather", "gather_settled"])
        return [Step(op, self.later(i), self.tried())]

    def make_completed(self, i):
        return [Step("completed", [self.limit(0.4)] + self.later(i), self.tried())]

    def make_join(self, i):
        return [Step("join", self.later(i, 1, 1), self.tried())]

    def make_get(self, i):
        return [Step("get", self.later(i, 1, 1), self.tried())]

    def make_shield(self, i):
        return [Step("shield", self.later(i, 1, 1), self.tried())]

    def make_timeout(self, i):
        return [Step("timeout", [self.limit(0.95)] + self.later(i, 1, 1), self.tried())]

    def make_group(self, i):
        name = self.later(i, 1, 1)
        self.scopes += name
        return [Step("group", name, self.tried())]

    def make_child(self, i):
        if not self.scopes:
            return []
        return [Step("child", [self.r.choice(self.scopes)] + self.later(i, 1, 1))]

    def make_collect(self, i):
        """From a set of its own, into which others may insert."""
        name = self.names[i]
        return [Step("insert", [name] + self.later(i)),
                Step("collect", [name, self.limit(0.4)], self.tried())]

    def make_insert(self, i):
        nap = Step("sleep", [self.time()])
        return [nap, Step("insert", [self.r.choice(self.names)] + self.later(i))]

    def make_watch(self, i):
        return [Step("watch", self.later(i, 1, 1))]

    def make_reschedule(self, i):
        when = "-" if self.r.random() < 0.2 else self.time()
        return [Step("reschedule", [self.r.choice(self.names), when])]

    def make_empty(self, i):
        return [self.r.choice([Step("wait", [self.r.choice(MODES), self.limit()], True),
                               Step("gather", []), Step("gather_settled", []),
                               Step("completed", ["-"])])]

    def leaf(self, i):
        r = self.r
        nap = Step("sleep", [self.time()])
        tried = Step("sleep", [self.time()], True)
        fail = Step("fail", [f"e{i}"])
        now = [nap] if "lazy" in self.scenario.flags else []
        return r.choices([
            [nap], [nap, fail], now, now + [fail], [Step("forever", [])],
            [tried, nap], [tried, fail], [tried, nap, fail],
            [tried, nap, Step("reraise", [])], [nap, Step("raise_cancelled", [])],
            [Step("forever", [], True), nap]],
            [8, 6, 1, 1, 2, 3, 2, 2, 3, 1, 1])[0]

    def body(self, i):
        steps = []
        if self.names[i] in self.scopes:
            for _ in range(self.r.randint(1, 3)):
                steps += [Step("child", [self.names[i]] + self.later(i, 1, 1))]
        if i == 0 or i < self.count - 1 and self.r.random() < 0.45:
            for _ in range(self.r.randint(2, 6) if i == 0 else self.r.randint(1, 3)):
                steps += self.steps(i)
        if i > 0:
            steps += self.leaf(i)
        # Bodies at the end have nobody after them.
        return Body(self.names[i], [s for s in steps if s.complete()])

    def make(self):
        for i in range(self.count):
            self.scenario.bodies.append(self.body(i))
        return self.scenario


def generate(seed):
    return Generator(seed).make()
