"""The graph of the sound made cheaper, without another sound: the same sums in fewer passes over memory.

The exported graph normalises, scales and bends each layer's output in a dozen steps, and each of them reads and writes the
whole layer, which is larger than a processor's cache. Most of these steps fall together:

- An instance norm and its affine are one `InstanceNormalization`. It takes away every constant and every factor that
  came before it, so that the bias and the scale of the convolution in front of it need not be put on.
- x + sin²(αx) / α, the network's bend, is x + (1 − cos 2αx) / 2α; 2α goes into the affine of the norm before it.
- Scale and bias of any other convolution are one affine, `BatchNormalization`.

What a layer gives differs from before by rounding alone; sizes are in docs/voice-kokoro.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST_ALPHA = 0.01
"""Below this 1 − cos 2αx would be lost in rounding: such a bend stays as it is."""
_NORM_EPSILON = 1e-5


def fused(model: Any) -> Any:
    """The model, changed in place, with its norms, bends and affines fused. Inputs, outputs and weights are the same."""
    graph = _Graph(model.graph)
    for division in [node for node in graph.nodes("Div") if graph.is_norm(node)]:
        _fuse_norm(graph, division)
    for convolution in graph.nodes("ConvInteger"):
        _fuse_affine(graph, convolution)
    graph.tidy()
    return model


class _Graph:
    """An ONNX graph that can be asked who makes and who uses a value. Nodes are replaced, the unused ones go in the end."""

    def __init__(self, proto: Any) -> None:
        self._proto = proto
        self._constants = {entry.name: entry for entry in proto.initializer}
        self._maker = {name: node for node in proto.node for name in node.output}
        self._users: dict[str, list[Any]] = defaultdict(list)
        for node in proto.node:
            for name in node.input:
                self._users[name].append(node)
        self._new: dict[str, list[Any]] = defaultdict(list)
        self._made = 0

    def nodes(self, kind: str) -> list[Any]:
        return [node for node in self._proto.node if node.op_type == kind]

    def maker(self, value: str, kind: str) -> Any:
        """The node that makes a value, where it is of that kind; else None."""
        node = self._maker.get(value)
        return node if node is not None and node.op_type == kind else None

    def users(self, value: str) -> list[Any]:
        return self._users[value]

    def only_user(self, value: str, kind: str) -> Any:
        """The one node that uses a value, where it is of that kind; else None."""
        users = self._users[value]
        return users[0] if len(users) == 1 and users[0].op_type == kind else None

    def constant(self, value: str) -> NDArray[np.float32] | None:
        from onnx import numpy_helper  # noqa: PLC0415  # only installing needs it

        entry = self._constants.get(value)
        return None if entry is None else numpy_helper.to_array(entry)

    def is_norm(self, division: Any) -> bool:
        """Whether it is the last step of (x − mean) / sqrt(variance + ε)."""
        return (
            self.maker(division.input[0], "Sub") is not None
            and (root := self.maker(division.input[1], "Sqrt")) is not None
            and (shifted := self.maker(root.input[0], "Add")) is not None
            and self.maker(shifted.input[0], "ReduceMean") is not None
        )

    def keep(self, values: NDArray[Any]) -> str:
        """A new constant; its name."""
        from onnx import numpy_helper  # noqa: PLC0415

        name = self._name()
        entry = numpy_helper.from_array(values, name)
        self._proto.initializer.append(entry)
        self._constants[name] = entry
        return name

    def put(self, before: Any, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """A new node in the place of `before`; the name of what it makes, which is `output` where that is given."""
        from onnx import helper  # noqa: PLC0415

        output = output or self._name()
        self._new[before.output[0]].append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def tidy(self) -> None:
        """Take the new nodes in, in the places of the old ones that made the same values, and drop what nobody uses."""
        made = {name for nodes in self._new.values() for node in nodes for name in node.output}
        nodes: list[Any] = []
        for node in self._proto.node:
            nodes += self._new.get(node.output[0], [])
            if not made.intersection(node.output):
                nodes.append(node)
        nodes = list(_used(nodes, [output.name for output in self._proto.output]))
        wanted = {name for node in nodes for name in node.input}
        del self._proto.node[:]
        self._proto.node.extend(nodes)
        constants = [entry for entry in self._proto.initializer if entry.name in wanted]
        del self._proto.initializer[:]
        self._proto.initializer.extend(constants)
        del self._proto.value_info[:]

    def _name(self) -> str:
        self._made += 1
        return f"fused/{self._made}"


def _used(nodes: list[Any], outputs: Iterable[str]) -> Iterator[Any]:
    """The nodes, in order, that the outputs need."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    yield from reversed(kept)


def _fuse_norm(graph: _Graph, division: Any) -> None:
    """(x − mean) / deviation · gain + shift, for each pair of gain and shift, with the bend after it where there is one."""
    subtraction = graph.maker(division.input[0], "Sub")
    source = _without_scale(graph, subtraction.input[0])
    flat = graph.keep(np.array([-1], np.int64))
    for product in graph.users(division.output[0]):
        total = graph.only_user(product.output[0], "Add")
        if product.op_type != "Mul" or total is None:
            continue
        gain, shift = _other(product, division.output[0]), _other(total, product.output[0])
        bend = _bend(graph, total.output[0])
        end = total if bend is None else bend[0]
        pair = [graph.put(end, "Reshape", [name, flat]) for name in (gain, shift)]
        if bend is None:
            graph.put(end, "InstanceNormalization", [source, *pair], end.output[0], epsilon=_NORM_EPSILON)
            continue
        alpha, inverse = bend[1:]
        doubled = graph.keep(2 * alpha)
        pair = [graph.put(end, "Mul", [name, doubled]) for name in pair]
        angle = graph.put(end, "InstanceNormalization", [source, *pair], epsilon=_NORM_EPSILON)
        difference = graph.put(end, "Sub", [angle, graph.put(end, "Cos", [angle])])
        half = graph.keep(inverse / 2)
        _put_affine(graph, end, difference, half, half)


def _without_scale(graph: _Graph, value: str) -> str:
    """What a norm may take in place of a convolution's scaled output with its bias: the bare sums."""
    scaled = graph.maker(value, "Mul")
    cast = scaled and graph.maker(scaled.input[0], "Cast")
    biased = cast and graph.maker(cast.input[0], "Add")
    convolution = biased and graph.maker(biased.input[0], "ConvInteger")
    if convolution is None or {user.op_type for user in graph.users(value)} - {"ReduceMean", "Sub"}:
        return value
    return graph.put(scaled, "Cast", [convolution.output[0]], to=1)


def _bend(graph: _Graph, value: str) -> tuple[Any, NDArray[np.float32], NDArray[np.float32]] | None:
    """The last node of x + sin²(αx) · (1/α) over a value, with α and 1/α by channel; None where that is not what follows."""
    if len(graph.users(value)) != 2:
        return None
    for product in graph.users(value):
        alpha = graph.constant(_other(product, value)) if product.op_type == "Mul" else None
        sine = graph.only_user(product.output[0], "Sin")
        square = sine and graph.only_user(sine.output[0], "Pow")
        part = square and graph.only_user(square.output[0], "Mul")
        end = part and graph.only_user(part.output[0], "Add")
        if alpha is None or part is None or end is None or value not in end.input:
            continue
        inverse = graph.constant(_other(part, square.output[0]))
        if inverse is not None and np.abs(alpha).min() > _LEAST_ALPHA:
            return end, alpha.reshape(-1), inverse.reshape(-1)
    return None


def _fuse_affine(graph: _Graph, convolution: Any) -> None:
    """The whole-number bias and the scale of a convolution as one affine."""
    biased = graph.only_user(convolution.output[0], "Add")
    cast = biased and graph.only_user(biased.output[0], "Cast")
    scaled = cast and graph.only_user(cast.output[0], "Mul")
    if scaled is None or not graph.users(scaled.output[0]):
        return
    reshaped = graph.maker(_other(biased, convolution.output[0]), "Reshape")
    rounded = reshaped and graph.maker(reshaped.input[0], "Cast")
    floor = rounded and graph.maker(rounded.input[0], "Floor")
    quotient = floor and graph.maker(floor.input[0], "Div")
    bias = quotient and graph.constant(quotient.input[0])
    if bias is None or quotient.input[1] != _other(scaled, cast.output[0]):
        return
    ones = graph.keep(np.ones(bias.size, np.float32))
    gain = graph.put(scaled, "Mul", [ones, quotient.input[1]])
    sums = graph.put(scaled, "Cast", [convolution.output[0]], to=1)
    _put_affine(graph, scaled, sums, gain, quotient.input[0])


def _put_affine(graph: _Graph, end: Any, value: str, gain: str, shift: str) -> None:
    """The affine value · gain + shift, by channel, in one pass, in the place of `end`."""
    size = graph.constant(shift)
    assert size is not None
    nothing, one = (graph.keep(np.full(size.size, number, np.float32)) for number in (0, 1))
    graph.put(end, "BatchNormalization", [value, gain, shift, nothing, one], end.output[0], epsilon=0.0)


def _other(node: Any, value: str) -> str:
    """The other one of two inputs."""
    first, second = node.input
    return str(second if first == value else first)
