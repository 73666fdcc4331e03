"""What the simulator is looking for: something that must never be."""


class ViolationError(AssertionError):
    """`rule` is the name of the invariant that does not hold."""

    def __init__(self, rule: str, problem: str) -> None:
        super().__init__(rule, problem)
        self.rule = rule
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.rule}: {self.problem}"
