#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the ratios of a run of bench.py: plot.py RESULTS.json PLOT.svg

One bar for each operation and peer, how long ours takes in relation to the peer's, on a logarithmic scale; a mark where the budget is.
The same results make the same file. Needs Debian's python3-matplotlib.
"""

import io
import json
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "swift-lxc", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9})

import matplotlib.pyplot as plt  # noqa: E402: the kind of output has to be chosen first

COLORS = {"C LXC": "#2a6f97", "crun": "#e09f3e", "coreutils": "#7a9e7e"}


def bars(rows):
    """(label, peer, ratio, budget) for every ratio, in the order of the results."""
    for row in rows:
        for number, (peer, ratio) in enumerate(row["ratios"].items()):
            if ratio:
                yield row["title"] if number == 0 else "", peer, ratio, row["budget"] if number == 0 else None


def draw(results, path):
    found = list(bars(results["rows"]))
    figure, axes = plt.subplots(figsize=(9, 0.28 * len(found) + 1.2))
    places = range(len(found))
    axes.barh(places, [ratio for _, _, ratio, _ in found], color=[COLORS.get(peer, "#888888") for _, peer, _, _ in found], height=0.7)
    for place, (_, _, ratio, budget) in enumerate(found):
        axes.text(ratio * 1.04, place, f"{ratio:.2f}", va="center", fontsize=7, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        # Budgets in kilobytes are no ratios.
        if isinstance(budget, float) and budget <= 2:
            axes.plot([budget, budget], [place - 0.45, place + 0.45], color="#b00020", linewidth=1.6)
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(0.01, 2)
    axes.set_xticks([0.02, 0.05, 0.1, 0.2, 0.5, 1], ["0.02", "0.05", "0.1", "0.2", "0.5", "1"])
    axes.minorticks_off()
    axes.set_yticks(places, [label.strip() for label, _, _, _ in found])
    axes.invert_yaxis()
    axes.set_xlabel("ours / theirs (shorter is faster); red: the budget")
    peers = dict.fromkeys(peer for _, peer, _, _ in found)
    handles = [plt.Rectangle((0, 0), 1, 1, color=COLORS.get(peer, "#888888")) for peer in peers]
    axes.legend(handles, [f"against {peer}" for peer in peers], loc="upper center", bbox_to_anchor=(0.4, -0.08), ncols=3, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.tight_layout()
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    declaration, rest = text.getvalue().split("\n", 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{declaration}\n<!-- SPDX-License-Identifier: Apache-2.0 -->\n{rest}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        draw(json.load(file), sys.argv[2])
