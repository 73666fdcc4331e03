"""The deliberate bugs. Each old text is short, so that it stands still while the code around it changes."""

from typing import Final

from tests.mutants.bug import Bug, Examples, Simulation

_MACHINE: Final = "tests/unit/test_machine.py"
_BOUNDARY: Final = "tests/unit/test_permissions.py"
_ADVANCE: Final = "tests/functional/test_advance.py"
_SKILL: Final = "tests/functional/test_run_skill.py"
_CONTRACT: Final = "tests/adapters/test_migrations_contract.py"
_SLOWER: Final = f"{_CONTRACT}::test_the_slower_of_two_steps_loses_and_leaves_nothing"
_OLD_GATE: Final = f"{_CONTRACT}::test_who_saw_an_older_gate_loses_and_leaves_nothing"
_SEARCH: Final = Simulation(1, 300)
"""Far more than it takes: which seed finds what changes with the simulator."""

BUGS: Final = (
    Bug(
        "no-condition-sql",
        "SQLite saves a step over whatever version is there, so the slower of two writers wins.",
        "shared/adapters/sql_versions.py",
        "return table.c.version == before",
        "return table.c.version >= 0",
        (Examples((f"{_SLOWER}[sqlite]", f"{_OLD_GATE}[sqlite]")),),
    ),
    Bug(
        "no-condition-dynamodb",
        "DynamoDB does the same.",
        "shared/adapters/dynamodb_commit.py",
        '"#version = :before"',
        '"#version = :before OR #version <> :before"',
        (Examples((f"{_SLOWER}[ministack]", f"{_OLD_GATE}[ministack]")),),
    ),
    Bug(
        "loser-goes-on",
        "Whoever loses the race for a write goes on as if it had won, instead of deciding again.",
        "shared/app/advance.py",
        "        except StaleStateError:\n            continue",
        "        except StaleStateError:\n            pass",
        (Examples((_ADVANCE,)), _SEARCH),
    ),
    Bug(
        "any-attempt",
        "A report counts for whatever attempt is out, also when it is that of an earlier one.",
        "shared/domain/react.py",
        "if signal.key != order_key(",
        "if not signal.key and signal.key != order_key(",
        (Examples((_MACHINE,)), _SEARCH),
    ),
    Bug(
        "key-varies",
        "An order that is sent again gets another key, so its claim does not hold the second worker back.",
        "shared/app/run_skill.py",
        "effects.once(order.key, ",
        'effects.once(f"{order.key}@{tools.clock()}", ',
        (Examples((_SKILL,)), _SEARCH),
    ),
    Bug(
        "slot-freed-early",
        "Work that waits for a machine elsewhere gives its slot away before it has ended.",
        "shared/domain/gate.py",
        ' or (step.status == "waiting" and bool(step.watches))',
        "",
        (Examples((_MACHINE,)), _SEARCH),
    ),
    Bug(
        "no-fence",
        "A skill does whatever order arrives, without asking whether it is still wanted.",
        "shared/app/run_skill.py",
        "if order not in orders_for(view):",
        "if orders_for(view) is None:",
        (Examples((_SKILL,)), _SEARCH),
    ),
    Bug(
        "pause-lets-act",
        "An order that was sent before a pause or a freeze is done during it.",
        "shared/app/run_skill.py",
        "if _must_wait(order",
        "if not order.key and _must_wait(order",
        (Examples(("tests/functional/test_held_back.py",)), _SEARCH),
    ),
    Bug(
        "believes-the-webhook",
        "What a webhook says counts: a pull request whose closing is told is taken for merged, unseen.",
        "shared/app/observe.py",
        "            seen=seen,",
        '            seen=seen.model_copy(update={"merged": True}) if sighting.action == "closed" else seen,',
        (Examples(("tests/functional/test_observe.py",)), _SEARCH),
    ),
    Bug(
        "old-after-new",
        "An observation that is older than the last one counts as news.",
        "shared/domain/react.py",
        "signal.read_at <= step.read_at",
        "signal.read_at < signal.read_at",
        (Examples((_MACHINE,)), _SEARCH),
    ),
    Bug(
        "time-out-approves",
        "A question that nobody answers in time counts as answered with yes.",
        "shared/domain/deadlines.py",
        "return happened.CheckpointOverdue(",
        "return happened.StepCompleted(",
        (Examples(("tests/unit/test_machine_timeouts.py",)), _SEARCH),
    ),
    Bug(
        "pause-lets-start",
        "Steps start in a paused campaign, wave, environment or migration as in any other.",
        "shared/domain/holding.py",
        "return pause_over(gate, resource, environment, wave) is not None or ",
        "return ",
        (Examples(("tests/unit/test_control.py",)), _SEARCH),
    ),
    Bug(
        "stale-button",
        "A button answers the question that is open now, whatever its card showed.",
        "shared/domain/acts.py",
        "return (ref.track, ref.step, ref.attempt, ref.digest) == shown",
        "return (ref.track, ref.step) == shown[:2]",
        (Examples((_MACHINE,)), _SEARCH),
    ),
    Bug(
        "prod-before-test",
        "An environment starts without waiting for those that it is blocked by.",
        "shared/domain/follow.py",
        ", *view.plan.environments[name].blocked_by]",
        "]",
        (Examples((_MACHINE,)), _SEARCH),
    ),
    Bug(
        "two-eyes",
        "Who started a migration may approve its production too.",
        "shared/domain/permissions.py",
        "is_same_person(people, actor, view.state.started_by)",
        "not people.approvers",
        (Examples((_MACHINE,)),),
    ),
    Bug(
        "one-is-enough",
        "One approval is enough, however many the campaign wants.",
        "shared/domain/approving.py",
        "enough = len(others) + 1 >= wanted",
        "enough = True",
        (Examples((_BOUNDARY,)), _SEARCH),
    ),
    Bug(
        "any-merge",
        "A merge counts though nobody approved what was merged.",
        "shared/domain/react.py",
        "if seen.merged and not approved:",
        "if seen.merged and not approved and not seen.head_sha:",
        (Examples(("tests/unit/test_merge_approval.py",)), _SEARCH),
    ),
    Bug(
        "old-members",
        "Who was in a user group once is taken for a member for ever.",
        "shared/domain/people.py",
        "if at - one.read_at <= TRUSTED}",
        "}",
        (Examples((_BOUNDARY,)),),
    ),
    Bug(
        "any-proof",
        "A decision about other work, with another digest, permits this work.",
        "shared/domain/permissions.py",
        "by_asking=by_asking) and decided.digest == digest and",
        "by_asking=by_asking) and",
        (Examples((_MACHINE, "tests/unit/test_machine_failures.py", "tests/unit/test_machine_choices.py")), _SEARCH),
    ),
    Bug(
        "nothing-heals",
        "A tick sends nothing again: what a crash left unsent stays unsent.",
        "shared/app/advance.py",
        "_send(view, decision, signal, outbox, heal=heal)",
        "_send(view, decision, signal, outbox, heal=False)",
        (Examples((_ADVANCE,)), _SEARCH),
    ),
    Bug(
        "same-attempt",
        "Retry does not begin a new attempt, so its order has the key of the one that failed.",
        "shared/domain/consequences.py",
        "attempt=steps[one.path].attempt + 1)",
        "attempt=steps[one.path].attempt)",
        (Examples((_MACHINE,)), _SEARCH),
    ),
    Bug(
        "broken-chain",
        "An event does not carry the hash of the one before it.",
        "shared/domain/history.py",
        "previous=tail,",
        'previous="",',
        (Examples(("tests/unit/test_history.py",)), _SEARCH),
    ),
    Bug(
        "act-dropped",
        "A person's click that could not be taken is dropped instead of parked.",
        "shared/app/park.py",
        "    parking.add(item)\n",
        "",
        (Examples(("tests/functional/test_park.py",)), _SEARCH),
    ),
    Bug(
        "unsigned",
        "A delivery counts whatever its signature says.",
        "shared/webhooks/signatures.py",
        "not hmac.compare_digest(expected, given)",
        "not expected",
        (Examples(("tests/unit/test_signatures.py",)),),
    ),
)
