"""Convolutions as matrix products, a few hundred frames at a time: the same whole numbers in less time.

onnxruntime's integer convolution writes out every window of a layer at once, more than a processor's cache holds, and
prepares its weights anew each time. A product by constant weights has them prepared once, and windows that stay in the
cache are multiplied several times as fast. The sums are whole numbers: the sound is the same to the last bit.

Weights with a sign are multiplied fastest where the processor has an instruction for it; where it has none they lose what
does not fit into 16 bits, so that there they stay without one (`signs_are_exact`).
"""

import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

_SLICE_BYTES = 1_000_000
"""Windows and sums of one slice: what a core has as its second cache, about."""
_LEAST_CHANNELS = 100
"""Smaller convolutions take no time to speak of."""
_OFFSET = 128
"""Between a whole number without a sign and the same with one."""

_PRODUCT: Final = """
product (uint8[1, channels, frames] source, uint8 zero) => (float[1, sums, frames] output)
<int64 nothing = {0}, int64[1] first = {0}, int64[1] second = {1}>
{
    turned = Transpose <perm = [0, 2, 1]> (source)
    padded = Pad (turned, pads, zero)
    frames = Shape <start = 2, end = 3> (source)
    end = Squeeze (frames)
    starts = Range (nothing, end, size)
    sums = Scan <num_scan_inputs = 1, body = slice (int64 start) => (float[size, sums] scaled) {
        places = Add (window, start)
        windows = Gather <axis = 1> (padded, places)
        flat = Reshape (windows, row)
        whole = MatMulInteger (flat, weights, zero, weights_zero)
        scaled = Cast <to = 1> (whole)
    }> (starts)
    joined = Reshape (sums, all)
    cut = Slice (joined, first, frames, second)
    output = Transpose <perm = [0, 2, 1]> (cut)
}
"""
"""The last slice reaches beyond the end, where there are zeros, and what it has there is cut off. Few steps: a session plans
all of them when it is opened, and its time for that grows faster than their number."""


@cache
def signs_are_exact() -> bool:
    """Whether this processor multiplies numbers without a sign by numbers with one, and loses nothing."""
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return True
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False


def as_products(model: Any, *, signed: bool) -> Any:
    """The model, changed in place, with its large integer convolutions as products, by weights with a sign or without.

    Only those that keep the number of frames, and whose sums go into a `Cast` to float and nowhere else, as
    `fusion.fused` leaves them.
    """
    graph = model.graph
    constants = {entry.name: entry for entry in graph.initializer}
    casts = {node.input[0]: node for node in graph.node if node.op_type == "Cast"}
    replaced = {node.output[0]: casts[node.output[0]].output[0] for node in graph.node if _is_worth_it(node, constants)}
    gone = set(replaced.values())
    nodes: list[Any] = []
    for node in graph.node:
        if node.output[0] in replaced:
            product = _product(node, replaced[node.output[0]], constants, signed=signed)
            nodes += product.node
            constants |= {entry.name: entry for entry in product.initializer}
        elif node.output[0] not in gone:
            nodes.append(node)
    wanted = {name for node in nodes for name in _inputs(node)}
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(entry for name, entry in constants.items() if name in wanted)
    return model


def _is_worth_it(node: Any, constants: Mapping[str, Any]) -> bool:
    if node.op_type != "ConvInteger":
        return False
    shape = {entry.name: list(entry.ints) for entry in node.attribute}
    channels_out, channels_in, count = constants[node.input[1]].dims
    reach = (count - 1) * shape["dilations"][0]
    return shape["strides"] == [1] and sum(shape["pads"]) == reach and min(channels_in, channels_out) >= _LEAST_CHANNELS


def _inputs(node: Any) -> set[str]:
    inner = [name for entry in node.attribute for below in entry.g.node for name in _inputs(below)]
    return {*node.input, *inner}


def _product(convolution: Any, output: str, constants: Mapping[str, Any], *, signed: bool) -> Any:
    """A graph in the place of a convolution and its cast, with names of its own inside."""
    from onnx import numpy_helper, parser  # noqa: PLC0415  (40 MB that only installing needs)

    source, weights, zero, weights_zero = convolution.input
    shape = {entry.name: list(entry.ints) for entry in convolution.attribute}
    before, after = shape["pads"]
    (dilation,) = shape["dilations"]
    taps = numpy_helper.to_array(constants[weights])
    channels_out, channels_in, count = taps.shape
    offset, kind = (_OFFSET, np.int8) if signed else (0, np.uint8)
    size = max(1, _SLICE_BYTES // (count * channels_in + 4 * channels_out))
    values = {
        "weights": (taps.transpose(2, 1, 0).reshape(-1, channels_out).astype(np.int16) - offset).astype(kind),
        "weights_zero": (numpy_helper.to_array(constants[weights_zero]).reshape(()).astype(np.int16) - offset).astype(
            kind
        ),
        "pads": np.array([0, before, 0, 0, after + size, 0]),
        "size": np.array(size),
        "window": np.arange(size)[:, None] + np.arange(count) * dilation,
        "row": np.array([-1, count * channels_in]),
        "all": np.array([1, -1, channels_out]),
    }
    graph = parser.parse_graph(_PRODUCT)
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in values.items())
    _rename(graph, {"source": source, "zero": zero, "output": output}, f"product/{output}/")
    return graph


def _rename(graph: Any, names: Mapping[str, str], prefix: str) -> None:
    """Every value of a graph and of those inside it: as `names` has it, or else with the prefix."""
    for entry in (*graph.initializer, *graph.input, *graph.output):
        entry.name = names.get(entry.name, prefix + entry.name)
    for node in graph.node:
        node.name = prefix + node.output[0]
        for part in (node.input, node.output):
            part[:] = [names.get(name, prefix + name) for name in part]
        for entry in node.attribute:
            _rename(entry.g, names, prefix)
