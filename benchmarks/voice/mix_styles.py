"""Mixes Kokoro's style vectors into those of our voices: voices/kokoro/data/styles.npz.

    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    python benchmarks/voice/mix_styles.py package/voices

The tarball's sha256 is in NOTICE. A voice is two mixes: the first half of a style row colours the sound, the second half
drives durations, F0 and energy.
"""

import sys
import tomllib
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "voices" / "kokoro" / "data" / "styles.npz"


def mix(folder: Path, parts: dict[str, float]) -> np.ndarray:
    """A weighted sum of style matrices, 510 × 256."""
    total = sum(parts.values())
    matrices = [
        weight / total * np.fromfile(folder / f"{name}.bin", np.float32).reshape(510, 256)
        for name, weight in parts.items()
    ]
    mixed: np.ndarray = np.add.reduce(matrices)
    return mixed


def style(folder: Path, timbre: dict[str, float], prosody: dict[str, float]) -> np.ndarray:
    """Both halves, 510 × 256 float32."""
    return np.concatenate([mix(folder, timbre)[:, :128], mix(folder, prosody)[:, 128:]], axis=1)


def main() -> None:
    """Write the file that ships."""
    folder = Path(sys.argv[1])
    recipe = tomllib.loads((HERE / "styles.toml").read_text("utf-8"))
    styles = {
        name: style(folder, parts["timbre"], parts["prosody"]).astype(np.float16) for name, parts in recipe.items()
    }
    np.savez_compressed(TARGET, **styles)  # type: ignore[arg-type]  # the stub takes any name for `allow_pickle`
    print(f"{TARGET}: {', '.join(styles)}, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
