"""Writes the sentence encoder as ONNX, quantised to 8 bits per channel.

The graph is built by hand from the fused operators of onnxruntime, so that neither PyTorch nor
an exporter is needed. Per channel, not per tensor: the latter loses accuracy
(docs/decisions/nlu.md). Only training imports this module.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

from assistant.nlu.sentence_encoder import DIMENSIONS, Vectors, pretrained_file

LAYERS = 6
HEADS = 12
LAYER_NORM_EPSILON = 1e-12

Weights = Mapping[str, Vectors]

_FUSED = "com.microsoft"


def pretrained_weights() -> dict[str, Vectors]:
    """Return the weights of all-MiniLM-L6-v2 by their name in the checkpoint."""
    weights = load_file(str(pretrained_file("model.safetensors")))
    return {name: array for name, array in weights.items() if array.dtype == np.float32}


def export(weights: Weights, path: Path) -> None:
    """Write an encoder of these weights as quantised ONNX.

    Args:
        weights: Weights by their name in the checkpoint, as `pretrained_weights` gives them.
        path: File to write.
    """
    with TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        onnx.save(_Graph(weights).model(), str(exact))
        # The quantiser recommends a preprocessing that can't read fused operators.
        logging.getLogger().disabled = True
        try:
            quantize_dynamic(
                str(exact),
                str(path),
                weight_type=QuantType.QInt8,
                per_channel=True,
                extra_options={
                    "DisableShapeInference": True,
                    "DefaultTensorType": onnx.TensorProto.FLOAT,
                },
            )
        finally:
            logging.getLogger().disabled = False


class _Graph:
    """Builds the graph: word pieces → six transformer layers → mean → unit length."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._constants: list[onnx.TensorProto] = []
        self._nodes: list[onnx.NodeProto] = []

    def model(self) -> onnx.ModelProto:
        hidden = self._embeddings()
        for layer in range(LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}.")
        self._node("Identity", [hidden], "hidden")
        self._node("ReduceMean", [hidden], "pooled", axes=[1], keepdims=0)
        self._node("LpNormalization", ["pooled"], "sentence", axis=-1, p=2)
        real = onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT32, ["n", "tokens"])],
            [
                helper.make_tensor_value_info("sentence", real, ["n", DIMENSIONS]),
                helper.make_tensor_value_info("hidden", real, ["n", "tokens", DIMENSIONS]),
            ],
            self._constants,
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def _embeddings(self) -> str:
        table = "embeddings.word_embeddings.weight"
        # Every text is a single segment: its type embedding joins the position's.
        positions = (
            self._weights["embeddings.position_embeddings.weight"]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._fused(
            "EmbedLayerNormalization",
            [
                "input_ids",
                "",
                self._constant(table),
                self._constant("positions", positions),
                "",
                self._constant("embeddings.LayerNorm.weight"),
                self._constant("embeddings.LayerNorm.bias"),
            ],
            "embedded",
            extra_outputs=["unused_mask"],
            epsilon=LAYER_NORM_EPSILON,
        )

    def _layer(self, hidden: str, prefix: str) -> str:
        attention = self._attention(hidden, prefix)
        joined = self._dense(attention, prefix + "attention.output.dense")
        hidden = self._add_and_normalise(joined, hidden, prefix + "attention.output")
        wide = self._dense(hidden, prefix + "intermediate.dense")
        bias = self._constant(prefix + "intermediate.dense.bias")
        active = self._fused("BiasGelu", [wide, bias], prefix + "gelu")
        narrow = self._dense(active, prefix + "output.dense")
        return self._add_and_normalise(narrow, hidden, prefix + "output")

    def _attention(self, hidden: str, prefix: str) -> str:
        parts = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        inputs = [
            hidden,
            self._constant(prefix + "qkv.weight", weight),
            self._constant(prefix + "qkv.bias", bias),
        ]
        return self._fused("Attention", inputs, prefix + "attended", num_heads=HEADS)

    def _dense(self, hidden: str, name: str) -> str:
        """Multiply only: the bias is added by the fused operator that follows."""
        weight = self._constant(f"{name}.transposed", self._weights[f"{name}.weight"].T)
        return self._node("MatMul", [hidden, weight], f"{name}.product")

    def _add_and_normalise(self, hidden: str, residual: str, prefix: str) -> str:
        inputs = [
            hidden,
            residual,
            self._constant(f"{prefix}.LayerNorm.weight"),
            self._constant(f"{prefix}.LayerNorm.bias"),
            self._constant(f"{prefix}.dense.bias"),
        ]
        name = f"{prefix}.normalised"
        return self._fused("SkipLayerNormalization", inputs, name, epsilon=LAYER_NORM_EPSILON)

    def _constant(self, name: str, array: Vectors | None = None) -> str:
        array = self._weights[name] if array is None else array
        array = np.ascontiguousarray(array, dtype=np.float32)
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def _fused(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        extra_outputs: list[str] | None = None,
        **attributes: object,
    ) -> str:
        outputs = [output, *(extra_outputs or [])]
        self._nodes.append(helper.make_node(operator, inputs, outputs, domain=_FUSED, **attributes))
        return output
