#include "train/epoch_loss.h"

#include <utility>

#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

namespace jetvit {
namespace {

constexpr std::size_t kStepsBetweenReads = 50;

}  // namespace

EpochLoss::EpochLoss(at::Device device, double loss_sum, double weight_sum)
    : numbers_(at::zeros({3}, at::TensorOptions(device).dtype(at::kDouble))),
      loss_sum_(numbers_.select(0, 0)),
      is_finite_(numbers_.select(0, 1)),
      count_(numbers_.select(0, 2)),
      weight_sum_(weight_sum) {
  loss_sum_.fill_(loss_sum);
  is_finite_.fill_(1);
}

void EpochLoss::add(const at::Tensor& loss, const at::Tensor& norm, double weight_sum, std::vector<std::size_t> jets) {
  const c10::NoGradGuard no_gradients;
  loss_sum_.add_(loss.to(at::kDouble).mul_(weight_sum));
  is_finite_.mul_(at::isfinite(norm.add(loss)));  // finite if both are
  count_.add_(is_finite_);
  weight_sum_ += weight_sum;
  jets_.push_back(std::move(jets));
}

bool EpochLoss::is_due() const {
  return numbers_.is_cpu() ? has_unread() : jets_.size() >= kStepsBetweenReads;
}

EpochLoss::Sums EpochLoss::read() {
  const at::Tensor numbers = numbers_.cpu();
  const double* values = numbers.const_data_ptr<double>();
  Sums sums;
  sums.loss = values[0];
  sums.weight = weight_sum_;
  const auto finite = static_cast<std::size_t>(values[2]);
  if (finite < jets_.size()) {
    sums.bad_step = static_cast<std::int64_t>(jets_.size() - 1 - finite);
    sums.bad_jets = jets_[finite];
  }
  jets_.clear();
  is_finite_.fill_(1);
  count_.zero_();
  return sums;
}

}  // namespace jetvit
