#include "predict/inference.h"

#include <algorithm>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include "compute/autocast.h"
#include "compute/bf16_matmul.h"

namespace jetvit {

namespace {

// Activations of so many pixels of input stay in the cache of a core from layer to layer.
constexpr std::int64_t kPixelsOfPart = 8 * 48 * 48;

// Of a batch. It does not depend on the number of threads, so that the logits do not either.
std::int64_t images_of_part(const at::Tensor& images) {
  return std::max<std::int64_t>(1, kPixelsOfPart / (images.size(2) * images.size(3)));
}

}  // namespace

Inference::Inference(Model& model, const ComputeOptions& options)
    : model_(model), evaluation_(model), options_(options), is_parted_(options.device.is_cpu() && !options.is_bf16()) {
  const c10::NoGradGuard no_gradients;
  // Emulated matrix multiplications round the weights themselves.
  if (!options.is_bf16() || multiplies_bf16(options.device)) model.pack(options.is_bf16() ? at::kBFloat16 : at::kFloat);
}

Inference::~Inference() {
  model_.unpack();
}

at::Tensor Inference::logits(const at::Tensor& images) const {
  const at::Tensor x = images.to(options_.device);
  const std::int64_t part = images_of_part(x);
  if (!is_parted_ || x.size(0) <= part) return logits_of_part(x);
  at::Tensor logits = at::empty({x.size(0), model_.outputs()}, at::kFloat);
  const std::int64_t parts = (x.size(0) + part - 1) / part;
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t index = begin; index < end; ++index) {
      const std::int64_t first = index * part;
      const std::int64_t count = std::min(part, x.size(0) - first);
      logits.narrow(0, first, count).copy_(logits_of_part(x.narrow(0, first, count)));
    }
  });
  return logits;
}

at::Tensor Inference::logits_of_part(const at::Tensor& images) const {
  const c10::InferenceMode inference;
  const AutocastGuard autocast(options_);
  return model_.forward(images).to(at::kFloat);
}

}  // namespace jetvit
