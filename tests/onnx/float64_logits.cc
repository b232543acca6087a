// float64_logits CHECKPOINT INPUT.safetensors OUTPUT.safetensors: the logits of raw images `pixels` (N, C, H, W)
// float32 as `logits` (N, 1) float64. The images are prepared as for a prediction; the network computes in float64 by
// libtorch's operators, without any of jetvit's own.
#include <exception>
#include <iostream>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include "load/assemble_batch.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "run/trained_model.h"

namespace jetvit {
namespace {

SparseImages sparse(const at::Tensor& pixels, const ImageShape& shape) {
  SparseImages images;
  images.shape = shape;
  const float* value = pixels.const_data_ptr<float>();
  for (std::int64_t row = 0; row < pixels.size(0) * shape.channels; ++row) {
    for (std::int64_t pixel = 0; pixel < shape.pixels(); ++pixel, ++value) {
      if (*value == 0) continue;
      images.pixel.push_back(static_cast<std::uint16_t>(pixel));
      images.value.push_back(*value);
    }
    images.offset.push_back(images.pixel.size());
  }
  return images;
}

void run(char** arguments) {
  const at::NoGradGuard no_gradients;
  const TrainedModel trained = load_trained_model(arguments[1]);
  for (const auto& [name, tensor] : named_weights(*trained.model)) tensor.set_data(tensor.to(at::kDouble));
  const SparseImages images = sparse(read_safetensors(arguments[2]).tensors.at("pixels"), trained.shape.value());
  const ImageAssembler assembler(images.shape, trained.transform, trained.image);
  const auto count = static_cast<std::int64_t>(images.size());
  at::Tensor prepared = at::zeros({count, assembler.planes(), assembler.size(), assembler.size()}, at::kFloat);
  ImageAssembler::Workspace workspace;
  auto* out = prepared.mutable_data_ptr<float>();
  for (std::size_t jet = 0; jet < images.size(); ++jet, out += assembler.values()) {
    assembler.assemble(images, jet, out, workspace);
  }
  write_safetensors(arguments[3], {{{"logits", trained.model->forward(prepared.to(at::kDouble))}}, {}});
}

}  // namespace
}  // namespace jetvit

int main(int count, char** arguments) try {
  if (count != 4) {
    std::cerr << "usage: float64_logits CHECKPOINT INPUT.safetensors OUTPUT.safetensors\n";
    return 2;
  }
  jetvit::run(arguments);
} catch (const std::exception& error) {
  std::cerr << "float64_logits: " << error.what() << "\n";
  return 1;
}
