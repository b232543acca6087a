#include "train/epoch_loss.h"

#include <utility>

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

namespace jetvit {
namespace {

constexpr std::int64_t kStepsBetweenReads = 50;
constexpr std::int64_t kSums = 3;

}  // namespace

EpochLoss::EpochLoss(at::Device device, bool stops)
    : stops_(stops),
      numbers_(at::zeros({kSums + kStepsBetweenReads}, at::TensorOptions(device).dtype(at::kDouble))),
      loss_sum_(numbers_.select(0, 0)),
      weight_sum_(numbers_.select(0, 1)),
      counts_(numbers_.select(0, 2)),
      is_finite_(numbers_.narrow(0, kSums, kStepsBetweenReads)),
      next_(at::zeros({1}, at::TensorOptions(device).dtype(at::kLong))) {
  counts_.fill_(1);
}

void EpochLoss::begin(double loss_sum, double weight_sum) {
  loss_sum_.fill_(loss_sum);
  weight_sum_.fill_(weight_sum);
  counts_.fill_(1);
  next_.zero_();
  jets_.clear();
}

at::Tensor EpochLoss::add(const at::Tensor& loss, const at::Tensor& evidence, const at::Tensor& weight_sum) {
  const c10::NoGradGuard no_gradients;
  const at::Tensor is_finite = at::isfinite(evidence.add(loss)).to(at::kDouble);  // finite if both are
  is_finite_.scatter_(0, next_, is_finite.reshape({1}));
  next_.add_(1);
  if (stops_) counts_.mul_(is_finite);
  const at::Tensor counts = stops_ ? counts_ : is_finite;
  loss_sum_.add_(at::where(counts > 0, loss.to(at::kDouble).mul_(weight_sum), 0));
  weight_sum_.add_(weight_sum * counts);
  return counts.to(at::kFloat);
}

void EpochLoss::note_step(std::vector<std::size_t> jets) {
  jets_.push_back(std::move(jets));
}

bool EpochLoss::is_due() const {
  return numbers_.is_cpu() ? has_unread() : std::ssize(jets_) >= kStepsBetweenReads;
}

EpochLoss::Sums EpochLoss::read() {
  const at::Tensor numbers = numbers_.cpu();
  const double* values = numbers.const_data_ptr<double>();
  Sums sums = {.loss = values[0], .weight = values[1], .bad = {}};
  const std::int64_t steps = std::ssize(jets_);
  for (std::int64_t step = 0; step < steps; ++step) {
    if (values[kSums + step] == 0) {
      sums.bad.push_back({steps - 1 - step, std::move(jets_[static_cast<std::size_t>(step)])});
    }
  }
  jets_.clear();
  next_.zero_();
  return sums;
}

}  // namespace jetvit
