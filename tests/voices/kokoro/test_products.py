"""An integer convolution and its cast, as the fused model has them, against the same as products in slices."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from voices.kokoro import products
from voices.kokoro.products import as_products, signs_are_exact

CHANNELS, SUMS = 6, 5


def convolution(taps, dilation, stride=1):
    draw = np.random.default_rng(taps)
    constants = {
        "weights": draw.integers(0, 256, (SUMS, CHANNELS, taps), dtype=np.uint8),
        "weights_zero": np.array(131, np.uint8),
    }
    reach = (taps - 1) * dilation // 2
    nodes = [
        helper.make_node(
            "ConvInteger", ["x", "weights", "zero", "weights_zero"], ["sums"],
            kernel_shape=[taps], dilations=[dilation], pads=[reach, reach], strides=[stride], group=1,
        ),
        helper.make_node("Cast", ["sums"], ["y"], to=TensorProto.FLOAT),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "layer",
        [
            helper.make_tensor_value_info("x", TensorProto.UINT8, [1, CHANNELS, None]),
            helper.make_tensor_value_info("zero", TensorProto.UINT8, []),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, SUMS, None])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def kinds(model):
    return {node.op_type for node in model.graph.node}


def sums(model, frames):
    onnx.checker.check_model(model)
    x = np.random.default_rng(frames).integers(0, 256, (1, CHANNELS, frames), dtype=np.uint8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x, "zero": np.array(117, np.uint8)})[0]


@pytest.mark.parametrize(("taps", "dilation"), [(1, 1), (3, 1), (7, 3), (11, 5)])
@pytest.mark.parametrize("signed", [False, signs_are_exact()])
def test_a_sum_is_the_same_to_the_last_bit_however_many_slices_it_takes(monkeypatch, taps, dilation, signed):
    monkeypatch.setattr(products, "_LEAST_CHANNELS", SUMS)
    monkeypatch.setattr(products, "_SLICE_BYTES", 20 * (taps * CHANNELS + 4 * SUMS))  # twenty frames at once
    product = as_products(convolution(taps, dilation), signed=signed)
    assert kinds(product) & {"Scan", "ConvInteger", "Cast"} == {"Scan"}
    for frames in (1, 19, 20, 21, 40, 157):
        assert np.array_equal(sums(product, frames), sums(convolution(taps, dilation), frames))


@pytest.mark.parametrize(("stride", "least_channels"), [(2, SUMS), (1, SUMS + 1)], ids=["leaves frames out", "small"])
def test_other_convolutions_stay(monkeypatch, stride, least_channels):
    monkeypatch.setattr(products, "_LEAST_CHANNELS", least_channels)
    assert as_products(convolution(3, 1, stride), signed=False) == convolution(3, 1, stride)


def test_where_signs_are_said_to_be_exact_the_largest_numbers_are():
    size = 64
    weights = numpy_helper.from_array(np.full((size, size), 127, np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "weights"], ["y"])], "trial",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [size, size])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [size, size])],
        [weights],
    )  # fmt: skip
    trial = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(trial.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": np.full((size, size), 255, np.uint8)})
    assert not signs_are_exact() or (found == 255 * 127 * size).all()


def test_an_old_processor_keeps_weights_without_a_sign(monkeypatch):
    monkeypatch.setattr(products.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(products.Path, "read_text", lambda *_: "flags : fpu sse2 avx2")
    assert not signs_are_exact.__wrapped__()
    monkeypatch.setattr(products.platform, "machine", lambda: "aarch64")
    assert signs_are_exact.__wrapped__()
