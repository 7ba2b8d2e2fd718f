# SPDX-License-Identifier: Apache-2.0
"""Alternating rounds with hyperfine, medians, and the table."""

import json
import shlex
import statistics
import subprocess
import tempfile

from contenders import Failed


def hyperfine(operation, runs):
    """Seconds of each run."""
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        # Around hyperfine, not around each run: entering the surroundings is not what is measured.
        command = [*operation.surround, "hyperfine", "-N", "--style", "none", "--warmup", "1", "--runs", str(runs), "--export-json", result.name]
        if operation.prepare:
            command += ["--prepare", shlex.join(operation.prepare)]
        command.append(shlex.join(operation.command))
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            again = subprocess.run(operation.surround + operation.command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            raise Failed(f"{shlex.join(operation.command)}: {(again.stderr or done.stderr).strip()[-500:]}")
        with open(result.name) as file:
            return json.load(file)["results"][0]["times"]


class Bench:
    def __init__(self, sides, rounds, many):
        self.sides, self.rounds, self.many = sides, rounds, many

    def row(self, name, title, runs, budget):
        times, problems = {}, []
        operations = {side.name: side.operation(name, self.many) for side in self.sides}
        present = {side: operation for side, operation in operations.items() if operation}
        begun = []
        try:
            for side, operation in list(present.items()):
                try:
                    begun.append(operation)
                    operation.before()
                except Failed as problem:
                    problems.append(f"{side}: {problem}")
                    del present[side]
            # Many runs are many turns: a disturbance of a second must not fall on one side alone.
            turns = max(1, runs // 5)
            for number in range(self.rounds * turns):
                order = list(present.items())
                # Whoever comes first finds the colder caches: take turns.
                for side, operation in order[number % len(order):] + order[: number % len(order)] if order else []:
                    if side not in present:
                        continue
                    try:
                        times.setdefault(side, []).extend(hyperfine(operation, runs // turns))
                    except Failed as problem:
                        problems.append(f"{side}: {problem}")
                        del present[side]
        finally:
            for operation in reversed(begun):
                try:
                    operation.after()
                except Failed as problem:
                    problems.append(str(problem))
        medians = {side: statistics.median(values) * 1000 for side, values in times.items() if side in present}
        return finish(name, title, medians, "ms", budget, problems)


def memory_row(sides, budget_kb):
    values, problems = {}, []
    for side in sides:
        try:
            value = side.supervisor_memory()
            if value is not None:
                values[side.name] = value
        except Failed as problem:
            problems.append(f"{side.name}: {problem}")
    row = finish("memory", "private memory of the supervisor", values, "kB", None, problems)
    row["budget"] = f"{budget_kb} kB"
    if "ours" in values:
        row["within"] = values["ours"] <= budget_kb
    return row


def finish(name, title, medians, unit, budget, problems):
    ratios = {side: medians["ours"] / value for side, value in medians.items() if side != "ours" and "ours" in medians and value}
    within = None
    if budget is not None and "C LXC" in ratios:
        within = ratios["C LXC"] <= budget
    # Beside C LXC there is another one to be measured by.
    most = {"execute": ("crun", 1), "execute-busy": ("crun", 1), "copy": ("coreutils", 1), "destroy": ("coreutils", 1.3)}.get(name)
    if most and most[0] in ratios:
        within = within is not False and ratios[most[0]] <= most[1]
    return {
        "operation": name,
        "title": title,
        "unit": unit,
        "medians": {side: round(value, 3) for side, value in medians.items()},
        "ratios": {side: round(value, 3) for side, value in ratios.items()},
        "budget": budget,
        "within": within,
        "problems": problems,
    }


def format_table(rows):
    head = ["operation", "ours", "C LXC", "ratio", "budget", "", "other", "ratio"]
    lines = []
    for row in rows:
        def value(side):
            return f"{row['medians'][side]:.2f} {row['unit']}" if side in row["medians"] else "-"

        def ratio(side):
            return f"{row['ratios'][side]:.2f}x" if side in row["ratios"] else "-"

        budget = row["budget"]
        verdict = {True: "ok", False: "MISSED", None: ""}[row["within"]]
        budget_text = budget if isinstance(budget, str) else f"{budget:.2f}x" if budget else "-"
        other = next((side for side in row["medians"] if side not in ("ours", "C LXC")), "")
        other_text = f"{other} {value(other)}" if other else "-"
        lines.append([row["title"], value("ours"), value("C LXC"), ratio("C LXC"), budget_text, verdict, other_text, ratio(other)])
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    text = []
    for index, line in enumerate([head, *lines]):
        text.append("  ".join(cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths))))
        if index == 0:
            text.append("-" * len(text[0]))
    for row in rows:
        text += [f"problem in \"{row['title']}\": {problem}" for problem in row["problems"]]
    return "\n".join(text)
