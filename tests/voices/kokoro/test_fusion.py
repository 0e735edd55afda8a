"""One layer as the exported model writes it: quantised convolution, norm, affine, bend; and a second one that is added."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from voices.kokoro.fusion import fused

CHANNELS, FRAMES = 4, 60


class _Writer:
    def __init__(self):
        self.nodes, self.constants = [], []

    def keep(self, name, values):
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [f"{kind}_{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names


def convolution(write, name, value, draw):
    quantised, scale, zero = write.node("DynamicQuantizeLinear", value, outputs=3)
    weights = write.keep(f"{name}.weights", draw.integers(-90, 90, (CHANNELS, CHANNELS, 3), dtype=np.int8))
    sums = write.node(
        "ConvInteger", quantised, weights, zero, write.keep(f"{name}.zero", np.int8(0)), kernel_shape=[3], pads=[1, 1]
    )
    both = write.node("Mul", scale, write.keep(f"{name}.scale", np.float32(0.004)))
    bias = write.keep(f"{name}.bias", draw.normal(0, 3, CHANNELS).astype(np.float32))
    whole = write.node("Cast", write.node("Floor", write.node("Div", bias, both)), to=TensorProto.INT32)
    column = write.node("Reshape", whole, write.keep(f"{name}.column", np.array([1, -1, 1], np.int64)))
    return write.node("Mul", write.node("Cast", write.node("Add", sums, column), to=TensorProto.FLOAT), both)


def normalised(write, name, value):
    axis = write.keep(f"{name}.axis", np.array([2], np.int64))
    rest = write.node("Sub", value, write.node("ReduceMean", value, axis))
    variance = write.node("ReduceMean", write.node("Mul", rest, rest), axis)
    epsilon = write.keep(f"{name}.epsilon", np.float32(1e-5))
    return write.node("Div", rest, write.node("Sqrt", write.node("Add", variance, epsilon)))


def bent(write, name, value, alpha):
    alpha = np.asarray(alpha, np.float32).reshape(1, -1, 1)
    sine = write.node("Sin", write.node("Mul", write.keep(f"{name}.alpha", alpha), value))
    square = write.node("Pow", sine, write.keep(f"{name}.two", np.float32(2)))
    return write.node("Add", value, write.node("Mul", write.keep(f"{name}.inverse", 1 / alpha), square))


@pytest.fixture(params=[[0.5, 1.0, 2.0, 7.0], [0.001, 1.0, 2.0, 7.0]], ids=["usual", "one hardly bends"])
def model(request):
    draw, write = np.random.default_rng(5), _Writer()
    first = convolution(write, "first", "x", draw)
    affine = write.node("Add", write.node("Mul", "gain", normalised(write, "norm", first)), "shift")
    second = convolution(write, "second", bent(write, "bend", affine, request.param), draw)
    write.nodes.append(helper.make_node("Add", ["x", second], ["y"]))
    inputs = [("x", [1, CHANNELS, FRAMES]), ("gain", [1, CHANNELS, 1]), ("shift", [1, CHANNELS, 1])]
    graph = helper.make_graph(
        write.nodes, "layer",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, CHANNELS, FRAMES])],
        write.constants,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def spoken(model):
    draw = np.random.default_rng(9)
    feed = {
        entry.name: draw.normal(0, 2, [axis.dim_value for axis in entry.type.tensor_type.shape.dim]).astype(np.float32)
        for entry in model.graph.input
    }
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feed)[0]


def test_a_fused_layer_gives_what_it_gave_before_in_fewer_steps(model):
    before, steps = spoken(model), [node.op_type for node in model.graph.node]
    made = fused(model)
    onnx.checker.check_model(made)
    after = [node.op_type for node in made.graph.node]
    # quantised anew in the second convolution, so that rounding may move a value by a step of it
    assert np.abs(spoken(made) - before).max() < 0.02 * before.std()
    assert len(after) < len(steps) - 10
    assert "ReduceMean" not in after
    assert "InstanceNormalization" in after
    assert after.count("Cast") == 2  # of the sums themselves; no bias in whole numbers any more


def test_what_is_no_such_layer_stays_as_it_is():
    graph = helper.make_graph(
        [
            helper.make_node("Sin", ["x"], ["s"]),
            helper.make_node("Div", ["s", "x"], ["q"]),
            helper.make_node("Add", ["q", "x"], ["y"]),
        ],
        "other",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, CHANNELS, FRAMES])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, CHANNELS, FRAMES])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    before = model.SerializeToString()
    assert fused(model).SerializeToString() == before
