"""What each level of each factor did: mean certainty of the syllables it concerned, less that of the first level.

    python benchmarks/voice/factors.py CONFIG.toml LOG.jsonl [LOG.jsonl ...]

Differences are taken within a sentence's place where it was heard at several levels, so that hard words do not count
against a level.
"""

import json
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np


def main() -> None:
    """Print the table, factors in the order of the configuration."""
    config = tomllib.loads(Path(sys.argv[1]).read_text("utf-8"))
    records = [json.loads(line) for name in sys.argv[2:] for line in Path(name).read_text("utf-8").splitlines()]
    places: dict[tuple[int, int], list[float]] = defaultdict(list)
    for record in records:
        for number, sure in enumerate(record["certainty"]):
            places[record["sentence"], number].append(sure)
    hardness = {place: float(np.mean(values)) for place, values in places.items()}
    seen: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        for number, (sure, drawn) in enumerate(zip(record["certainty"], record["syllables"], strict=True)):
            for path, level in (drawn | record["drawn"]).items():
                seen[path][level].append(sure - hardness[record["sentence"], number])
    certainty = np.concatenate([record["certainty"] for record in records])
    seconds = sum(record["seconds"] for record in records)
    pace = len(certainty) / seconds
    print(f"{len(records)} clips, {len(certainty)} syllables, certainty {certainty.mean():.3f}, {pace:.2f} syllables/s")
    for path, levels in (config.get("syllable", {}) | config.get("sentence", {})).items():
        first = np.mean(seen[path][0]) if seen[path][0] else 0.0
        for level, value in enumerate(levels):
            values = np.array(seen[path][level])
            shown = json.dumps(value, ensure_ascii=False)
            if not len(values):
                print(f"{path:28} not drawn yet  {shown}")
                continue
            error = values.std() / np.sqrt(len(values))
            print(f"{path:28} {values.mean() - first:+.3f} ± {error:.3f} ({len(values):4})  {shown}")


if __name__ == "__main__":
    main()
