#include "onnx/exported_graph.h"

#include <string>
#include <utility>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "base/text.h"
#include "load/assemble_batch.h"
#include "model/io/weights.h"
#include "onnx/check_jets.h"
#include "onnx/preparation.h"
#include "onnx/recording.h"
#include "onnx/run_graph.h"
#include "onnx/translation.h"

namespace jetvit::onnx {
namespace {

constexpr double kTolerance = 1e-5;  // float32's rounding in the preparation, and of constants of the network
constexpr int kCheckedJets = 4;      // a batch of another size than those that are recorded

WeightNames widen_weights(const Model& model) {
  WeightNames names;
  for (const auto& [name, tensor] : named_weights(model)) {
    tensor.set_data(tensor.to(at::kDouble));
    names[tensor.unsafeGetTensorImpl()] = name;
  }
  return names;
}

// (N, planes, size, size) float32, as a prediction makes them.
at::Tensor prepared(const CheckJets& jets, const TrainedModel& trained) {
  const ImageAssembler assembler(*trained.shape, trained.transform, trained.image);
  at::Tensor images =
      at::zeros({jets.pixels.size(0), assembler.planes(), assembler.size(), assembler.size()}, at::kFloat);
  ImageAssembler::Workspace workspace;
  auto* out = images.mutable_data_ptr<float>();
  for (std::size_t jet = 0; jet < jets.images.size(); ++jet, out += assembler.values()) {
    assembler.assemble(jets.images, jet, out, workspace);
  }
  return images.to(at::kDouble);
}

// The largest |value - wanted| over max(1, |scale|); scale: of all values or of each.
double difference(const at::Tensor& value, const at::Tensor& wanted, const at::Tensor& scale) {
  return ((value - wanted).abs() / scale.abs().clamp_min(1)).max().item<double>();
}

void require_small(double found, const char* what) {
  if (found <= kTolerance) return;
  throw Error(text("the exported graph differs from the model: ", what, " by ", significant(found, 2),
                   " (please report this; nothing was written)"));
}

}  // namespace

ExportedGraph export_graph(const TrainedModel& trained) {
  if (!trained.shape) {
    throw Error(text(printable(trained.provenance.checkpoint),
                     ": does not say what size its raw images had (it is of an earlier version; train it again)"));
  }
  const at::NoGradGuard no_gradients;
  Model& model = *trained.model;
  if (model.outputs() != 1) {
    throw Error(
        text("the model returns ", model.outputs(), " values a jet (a classifier returns one logit: outputs = 1)"));
  }
  const WeightNames weights = widen_weights(model);
  const auto forward = [&model](const at::Tensor& x) { return model.forward(x); };
  const CheckJets jets = check_jets(kCheckedJets, *trained.shape, trained.transform);
  const at::Tensor images = prepared(jets, trained);

  ExportedGraph exported;
  Graph& graph = exported.graph;
  graph.inputs = {{kPixels, {trained.shape->channels, trained.shape->height, trained.shape->width}}};
  graph.outputs = {{kLogit, {model.outputs()}}, {kProbability, {model.outputs()}}};
  const std::string prepared_pixels = add_preparation(graph, kPixels, *trained.shape, trained.transform, trained.image);
  const std::string image = graph.add("Identity", {prepared_pixels}, {}, kImage);
  {
    const Recording two = record(images.narrow(0, 0, 2), forward);
    const Recording three = record(images.narrow(0, 0, 3), forward);
    graph.add("Identity", {translate(two, three, weights, image, graph)}, {}, kLogit);
  }
  graph.add("Sigmoid", {kLogit}, {}, kProbability);

  const at::Tensor exact = forward(images);
  if (!exact.isfinite().all().item<bool>()) {
    throw Error("the model's outputs are not finite (damaged weights or a diverged training)");
  }
  const at::Tensor logit = run_graph(graph, {{image, images}}, {kLogit})[kLogit];
  const at::Tensor made = run_graph(graph, {{kPixels, jets.pixels}}, {image})[image];
  exported.check = {.jets = kCheckedJets,
                    .image = difference(made, images, images.abs().max()),
                    .logit = difference(logit, exact, exact)};
  require_small(exported.check.image, "its input");
  require_small(exported.check.logit, "its logits");
  return exported;
}

}  // namespace jetvit::onnx
