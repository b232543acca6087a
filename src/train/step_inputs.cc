#include "train/step_inputs.h"

#include <utility>

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

namespace jetvit {
namespace {

constexpr std::int64_t kNumbers = 4;  // of StepNumbers

}  // namespace

StepInputs::StepInputs(at::Tensor images, at::Tensor numbers)
    : images_(std::move(images)), numbers_(std::move(numbers)) {}

StepInputs::StepInputs(at::Tensor images, const LossTerms& terms, const StepNumbers& numbers)
    : StepInputs(std::move(images),
                 at::cat({at::tensor({numbers.weight_sum, numbers.lr, numbers.weight_decay, numbers.average_weight}),
                          terms.targets.to(at::kDouble), terms.weights.to(at::kDouble)})) {}

StepInputs StepInputs::uploaded(DeviceFeed& feed) const {
  return {feed.upload(images_), feed.upload(numbers_)};
}

bool StepInputs::has_shape_of(const StepInputs& other) const {
  return images_.sizes() == other.images_.sizes() && numbers_.sizes() == other.numbers_.sizes();
}

void StepInputs::copy_from(const StepInputs& other) {
  images_.copy_(other.images_);
  numbers_.copy_(other.numbers_);
}

LossTerms StepInputs::terms() const {
  const std::int64_t jets = (numbers_.size(0) - kNumbers) / 2;
  return {numbers_.narrow(0, kNumbers, jets).to(at::kFloat), numbers_.narrow(0, kNumbers + jets, jets).to(at::kFloat)};
}

}  // namespace jetvit
