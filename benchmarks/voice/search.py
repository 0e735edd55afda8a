"""A randomised factorial over the rules of the voice, heard syllable by syllable.

    nice -n 10 python benchmarks/voice/search.py CONFIG.toml --styles package/voices --log LOG.jsonl
    python benchmarks/voice/factors.py CONFIG.toml LOG.jsonl

One process, one thread. Every clip is one line of the log; a search that was stopped goes on where it was, and what a
pass draws for a sentence depends on the seed alone. The report's sentences are never read here.
"""

import argparse
import hashlib
import json
import random
import re
import tomllib
import unicodedata
from pathlib import Path

from likelihood import Listener
from trial import RATE_HZ, Bench, Design

from voices.kokoro import home
from voices.kokoro.syllable import Syllable, spell
from voices.kokoro.utterance import phrases

HERE = Path(__file__).parent


def words_of(text: str, spoken: list[Syllable]) -> list[str]:
    """The syllables as written, or as we spell them where a word has a reading of its own."""
    written = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text.lower()))
    return written if len(written) == len(spoken) else [spell(syllable) for syllable in spoken]


def main() -> None:
    """Render and hear until the passes are done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument(
        "--styles", type=Path, required=True, help="folder of the .bin files of the npm package kokoro-js"
    )
    parser.add_argument("--log", type=Path, required=True)
    options = parser.parse_args()
    config = tomllib.loads(options.config.read_text("utf-8"))
    sentences = [
        line.strip() for line in (HERE / "sentences-tuning.txt").read_text("utf-8").splitlines() if line.strip()
    ]
    recipe = tomllib.loads((HERE / "styles.toml").read_text("utf-8"))[config["voice"]]
    bench, ear = Bench(config["voice"], home(), options.styles, recipe), Listener()
    design = Design(
        accent=bench.accent,
        base=config.get("base", {}),
        syllable=config.get("syllable", {}),
        sentence=config.get("sentence", {}),
        keep=config.get("keep", 0.5),
    )
    lines = options.log.read_text("utf-8").splitlines() if options.log.exists() else []
    done = {json.loads(line)["key"] for line in lines}
    with options.log.open("a", encoding="utf-8") as log:
        for number in range(config.get("passes", 1)):
            order = list(range(len(sentences)))
            random.Random(f"{config['seed']}/{number}").shuffle(order)
            for index in order[: config.get("sentences", len(order))]:
                text = sentences[index]
                spoken = [syllable for phrase in phrases(text) for syllable in phrase.syllables]
                draw = design.draw(spoken, random.Random(f"{config['seed']}/{number}/{index}"))
                chosen = [design.settings(draw, i) for i in range(len(spoken))]
                key = hashlib.sha256(json.dumps([text, config["voice"], chosen], sort_keys=True).encode()).hexdigest()[
                    :20
                ]
                if key in done:
                    continue
                sound = bench.speak(text, design, draw)
                heard = ear.hear(sound, RATE_HZ, words := words_of(text, spoken))
                record = {
                    "key": key,
                    "sentence": index,
                    "said": words,
                    "heard": heard.text,
                    "certainty": [round(p, 4) for p in heard.certainty],
                    "seconds": round(len(sound) / RATE_HZ, 3),
                    "drawn": draw.sentence,
                    "syllables": draw.syllables,
                }
                print(json.dumps(record, ensure_ascii=False), file=log, flush=True)


if __name__ == "__main__":
    main()
