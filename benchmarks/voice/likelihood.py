"""How sure the recogniser in the wheel viet-asr is of every syllable that should be in a clip.

Words right or wrong say little about one clip; the probabilities behind them say a lot. The wheel's library carries its network (a
streaming CTC Conformer) as exported data; this runs the same network with onnxruntime. For tuning only: what is reported is
always what the wheel itself transcribes (`hearing.py`).
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_BINS, _FFT, _WINDOW, _HOP = 80, 512, 400, 160  # log-mel features at 16 kHz, as Kaldi makes them
_CHUNK, _STRIDE, _FRAMES_OUT = 43, 40, 10
_PAD_S = 0.3
_FLOOR = -8.0


@dataclass(frozen=True)
class Heard:
    """One clip as heard."""

    text: str
    """The best path, words separated by spaces."""
    certainty: tuple[float, ...]
    """For each syllable that should be there: the probability 0…1 of its best frame between its neighbours."""


class Listener:
    """The network, on one thread."""

    def __init__(self) -> None:
        """Loads about 70 MB."""
        from vietasr.ffi import native  # noqa: PLC0415

        library = ctypes.CDLL(native.resolve_library_path())

        def data(name: str) -> bytes:
            size = ctypes.c_size_t.in_dll(library, f"{name}_size").value
            return ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(library, name)), size)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(data("vietasr_asr_model_onnx"), options)
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        lines = data("vietasr_asr_vocab").decode("utf-8").splitlines()
        self._pieces = [line.rsplit(" ", 1)[0] for line in lines]
        self._token = {piece: number for number, piece in enumerate(self._pieces)}

    def hear(self, samples: Floats, rate_hz: int, words: Sequence[str]) -> Heard:
        """`words` are lower-case NFC syllables; a padded clip is heard as in the gate."""
        pad = np.zeros(int(_PAD_S * 16_000), np.float32)
        sound = np.concatenate([pad, to_16k(samples, rate_hz) * 10 ** (-2 / 20), pad])
        scores = self._scores(self._features(np.clip(np.round(sound * 32_768), -32_768, 32_767)))
        best = scores.argmax(axis=1)
        kept = [n for i, n in enumerate(best) if n and (i == 0 or best[i - 1] != n)]
        text = "".join(self._pieces[n] for n in kept).replace("▁", " ").strip()
        return Heard(text, self._certainty(scores, words))

    def _certainty(self, scores: Floats, words: Sequence[str]) -> tuple[float, ...]:
        pieces = [self._split(word) for word in words]
        tokens = [token for word in pieces for token in word]
        frames = _align(scores, tokens)
        edges = [-1, *frames, len(scores)]
        sure: list[float] = []
        position = 0
        for word in pieces:
            values = []
            for _ in word:
                left, right = edges[position] + 1, edges[position + 2]
                window = scores[left:right, tokens[position]] if right > left else np.array([_FLOOR])
                values.append(max(float(window.max()), _FLOOR))
                position += 1
            sure.append(float(np.exp(np.mean(values))) if values else 0.0)
        return tuple(sure)

    def _split(self, word: str) -> list[int]:
        rest, found = "▁" + word, []
        while rest:
            size = next((n for n in range(len(rest), 0, -1) if rest[:n] in self._token), 0)
            if not size:
                return [1]
            found.append(self._token[rest[:size]])
            rest = rest[size:]
        return found

    def _scores(self, features: Floats) -> Floats:
        attention = np.zeros((12, 4, 40, 224), np.float32)
        convolution = np.zeros((12, 448, 30), np.float32)
        outputs = []
        for number, start in enumerate(range(0, max(1, len(features) - 7), _STRIDE)):
            chunk = features[start : start + _CHUNK]
            if len(chunk) < _CHUNK:
                chunk = np.concatenate([chunk, np.repeat(features[-1:], _CHUNK - len(chunk), axis=0)])
            offset = np.array([[number * _FRAMES_OUT]], np.int64)
            feed = dict(zip(self._inputs, [chunk[None], offset, attention[None], convolution[None]], strict=True))
            out, attention, convolution = (value[0] for value in self._session.run(None, feed))
            outputs.append(out)
        scores = np.concatenate(outputs)
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

    @cached_property
    def _mel(self) -> NDArray[np.float64]:
        mel = 1127 * np.log(1 + np.arange(_FFT // 2) * 16_000 / _FFT / 700)
        low, high = 1127 * np.log(1 + 20 / 700), 1127 * np.log(1 + 8000 / 700)
        step = (high - low) / (_BINS + 1)
        left = low + step * np.arange(_BINS)[:, None]
        filters: NDArray[np.float64] = np.clip(np.minimum((mel - left) / step, (left + 2 * step - mel) / step), 0, None)
        return filters

    def _features(self, samples: Floats) -> Floats:
        frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), _WINDOW)[::_HOP]
        frames = frames - frames.mean(axis=1, keepdims=True)
        frames = np.concatenate([frames[:, :1] * 0.03, frames[:, 1:] - 0.97 * frames[:, :-1]], axis=1)
        power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW) ** 0.85, _FFT)) ** 2
        return np.log(np.maximum(power[:, : _FFT // 2] @ self._mel.T, 1.2e-7)).astype(np.float32)


def _align(scores: Floats, tokens: Sequence[int]) -> list[int]:
    """The best frame of each token on the best path through all of them (CTC, Viterbi)."""
    states = [0]
    for token in tokens:
        states += [token, 0]
    cost = np.full(len(states), -np.inf)
    cost[:2] = scores[0, states[:2]]
    back = np.zeros((len(scores), len(states)), np.int8)
    skip = np.array([i > 1 and s != 0 and s != states[i - 2] for i, s in enumerate(states)])
    for t in range(1, len(scores)):
        options = np.full((3, len(states)), -np.inf)
        options[0] = cost
        options[1, 1:] = cost[:-1]
        options[2, 2:] = np.where(skip[2:], cost[:-2], -np.inf)
        back[t] = options.argmax(axis=0)
        cost = options.max(axis=0) + scores[t, states]
    state = len(states) - 1 if cost[-1] > cost[-2] else len(states) - 2
    best: dict[int, int] = {}
    for t in range(len(scores) - 1, -1, -1):
        if state % 2:
            token = state // 2
            if token not in best or scores[t, states[state]] > scores[best[token], states[state]]:
                best[token] = t
        state -= back[t, state]
    return [best.get(i, 0) for i in range(len(tokens))]


def to_16k(samples: Floats, rate_hz: int) -> Floats:
    """24 kHz (or 16) to 16 kHz by a windowed-sinc low-pass at 7.6 kHz."""
    if rate_hz == 16_000:
        return samples
    if rate_hz != 24_000:
        raise ValueError(f"24 or 16 kHz wanted, not {rate_hz}")
    taps = np.arange(-96, 97)
    kernel = 2 * 2 * 7600 / 48_000 * np.sinc(2 * 7600 / 48_000 * taps) * np.hamming(len(taps))
    stuffed = np.zeros(len(samples) * 2, np.float32)
    stuffed[::2] = samples
    return np.convolve(stuffed, kernel, mode="same")[::3].astype(np.float32)
