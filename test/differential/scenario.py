# SPDX-License-Identifier: BSL-1.0
"""A scenario: bodies, each a list of steps, as text. README.md explains the steps.

    scenario 17 lazy
    body m
      spawn a
      try wait first_completed 30 a b
    body a
      sleep 10
      return 3
    end
"""
from dataclasses import dataclass, field


LEAST = {"spawn": 1, "wait_for": 2, "join": 1, "get": 1, "shield": 1, "timeout": 2, "group": 1,
         "child": 2, "watch": 1, "wait": 2, "drain": 3, "completed": 1, "collect": 2, "insert": 1,
         "cancel": 1, "reschedule": 2, "sleep": 1, "fail": 1, "return": 1}


@dataclass
class Step:
    op: str
    words: list
    tried: bool = False

    def complete(self):
        return len(self.words) >= LEAST.get(self.op, 0)

    def text(self):
        return " ".join((["try"] if self.tried else []) + [self.op] + self.words)


@dataclass
class Body:
    name: str
    steps: list = field(default_factory=list)


@dataclass
class Scenario:
    name: str
    flags: list = field(default_factory=list)
    bodies: list = field(default_factory=list)

    def index(self, name):
        return next((i for i, b in enumerate(self.bodies) if b.name == name), None)

    def size(self):
        return sum(1 + len(b.steps) for b in self.bodies)

    def text(self):
        lines = [" ".join(["scenario", self.name] + self.flags)]
        for body in self.bodies:
            lines.append(f"body {body.name}")
            lines += [f"  {step.text()}" for step in body.steps]
        return "\n".join(lines + ["end", ""])


def parse(text):
    """The scenarios of a text, in order."""
    scenarios = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or words == ["end"]:
            continue
        if words[0] == "scenario":
            scenarios.append(Scenario(words[1], words[2:]))
        elif words[0] == "body":
            scenarios[-1].bodies.append(Body(words[1]))
        else:
            tried = words[0] == "try"
            words = words[tried:]
            scenarios[-1].bodies[-1].steps.append(Step(words[0], words[1:], tried))
    return scenarios
