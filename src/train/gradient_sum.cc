#include "train/gradient_sum.h"

#include <algorithm>
#include <utility>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::int64_t kGrain = 1 << 14;  // values that a thread sums at once

// total += row, whose statistics, from `first` on, count `share` times. A value's place decides, so that a range of a
// row, which begins at `offset`, is summed like the whole one.
void add_row(double* total, const float* row, std::int64_t values, std::int64_t offset, std::int64_t first,
             double share) {
  at::parallel_for(0, values, kGrain, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t middle = std::min(std::max(first - offset, begin), end);
    for (std::int64_t i = begin; i < middle; ++i) total[i] += row[i];
    for (std::int64_t i = middle; i < end; ++i) total[i] += share * row[i];
  });
}

}  // namespace

GradientSum::GradientSum(const ProcessGroup* group, NamedTensors parameters, std::vector<at::Tensor> statistics,
                         const BatchShares& shares, bool is_ordered)
    : group_(group),
      parameters_(std::move(parameters)),
      statistics_(std::move(statistics)),
      shares_(shares),
      is_ordered_(is_ordered) {
  for (const auto& [name, tensor] : parameters_) gradients_ += tensor.numel();
  values_ = gradients_ + 1;
  for (const at::Tensor& tensor : statistics_) values_ += tensor.numel();
  if (group_ == nullptr) {
    total_ = at::zeros({values_}, at::kDouble);
  } else {
    // A multiple of the processes, each of which sums a range.
    const std::int64_t rounded = (values_ + group_->size() - 1) / group_->size() * group_->size();
    const at::Device device = parameters_.front().tensor.device();
    const bool stays = !is_ordered_ && group_->prepare_sums(device);
    rows_ = at::zeros({shares_.last_part() - shares_.first_part(), rounded},
                      at::device(stays ? device : at::Device(at::kCPU)).dtype(at::kFloat));
    if (!is_ordered_) buckets_.emplace(*group_, parameters_, rows_[0].narrow(0, 0, gradients_));
  }
}

// Rows of the own parts, those that are sent and received for an ordered sum, one on its way, and the sum.
double GradientSum::bytes(double parameters, const BatchShares& shares) {
  const double own = shares.last_part() - shares.first_part();
  double rows = 2;
  if (shares.processes > 1) {
    rows += shares.is_fixed ? 3 * own : 1;
  } else {
    rows += 2;  // one of float64
  }
  return rows * sizeof(float) * parameters;
}

double GradientSum::share_of(int part) const {
  return static_cast<double>(shares_.part(part, jets_).size()) / static_cast<double>(jets_);
}

void GradientSum::watch(const at::Tensor& parameter, const at::Tensor& leaf) {
  if (buckets_) buckets_->watch(parameter, leaf);
}

void GradientSum::begin(std::size_t jets, int passes) {
  jets_ = jets;
  if (total_.defined()) total_.zero_();
  if (rows_.defined()) rows_.zero_();
  if (buckets_) buckets_->begin(passes);
  statistics_before_.clear();
  for (const at::Tensor& tensor : statistics_) statistics_before_.push_back(tensor.clone());
}

void GradientSum::take_part(int part, const at::Tensor& loss) {
  const c10::NoGradGuard no_gradients;
  std::vector<at::Tensor> values;
  for (auto& [name, tensor] : parameters_) {
    const at::Tensor gradient = std::exchange(tensor.mutable_grad(), at::Tensor());
    if (!gradient.defined()) {
      throw Error(text("the parameter ", printable(name),
                       " has no gradient: several processes or parts cannot train a ", "model that does not use it"));
    }
    if (!buckets_) values.push_back(gradient.to(at::kFloat).flatten());
  }
  values.push_back(loss.to(at::kFloat).reshape({1}));
  for (std::size_t i = 0; i < statistics_.size(); ++i) {
    values.push_back(statistics_[i].flatten());
  }
  const at::Tensor row = at::cat(values).to(group_ == nullptr ? at::kCPU : rows_.device());
  for (std::size_t i = 0; i < statistics_.size(); ++i) statistics_[i].copy_(statistics_before_[i]);
  if (group_ != nullptr) {
    const std::int64_t first = values_ - row.numel();
    rows_[part - shares_.first_part()].narrow(0, first, row.numel()).copy_(row);
    return;
  }
  add_row(total_.mutable_data_ptr<double>(), row.const_data_ptr<float>(), values_, 0, gradients_ + 1, share_of(part));
}

// Each process gets a range of all rows, sums them in the order of the parts, and sends the sum to all.
at::Tensor GradientSum::ordered_sum() const {
  const std::int64_t processes = group_->size();
  const std::int64_t range = rows_.size(1) / processes;
  const std::int64_t own = rows_.size(0);
  const at::Tensor sent = rows_.view({own, processes, range}).transpose(0, 1).reshape({processes * own, range});
  std::vector<std::int64_t> received;
  for (int process = 0; process < processes; ++process) {
    const BatchShares of = {.parts = shares_.parts, .process = process, .processes = shares_.processes};
    received.push_back(of.last_part() - of.first_part());
  }
  const at::Tensor rows =
      group_->exchange(sent, std::vector<std::int64_t>(static_cast<std::size_t>(processes), own), received);
  at::Tensor sum = at::zeros({range}, at::kDouble);
  for (int part = 0; part < shares_.parts; ++part) {
    add_row(sum.mutable_data_ptr<double>(), rows.const_data_ptr<float>() + part * range, range, group_->rank() * range,
            gradients_ + 1, share_of(part));
  }
  return group_->gather(sum.to(at::kFloat)).flatten();
}

at::Tensor GradientSum::unordered_sum() {
  at::Tensor rest = rows_[0].narrow(0, gradients_, values_ - gradients_);
  at::Tensor exact = rest.to(at::kCPU, at::kDouble);
  exact.narrow(0, 1, exact.numel() - 1).mul_(share_of(shares_.first_part()));
  group_->sum(exact);
  rest.copy_(exact);
  buckets_->finish();
  return rows_[0];
}

at::Tensor GradientSum::finish() {
  const c10::NoGradGuard no_gradients;
  at::Tensor sum;
  if (group_ == nullptr) {
    sum = total_.to(at::kFloat);
  } else {
    sum = is_ordered_ ? ordered_sum() : unordered_sum();
  }
  std::int64_t first = 0;
  const auto next = [&](const at::Tensor& like) {
    const at::Tensor values = sum.narrow(0, first, like.numel()).view(like.sizes());
    first += like.numel();
    return values.to(like.device());
  };
  for (auto& [name, tensor] : parameters_) tensor.mutable_grad() = next(tensor);
  at::Tensor loss = sum[first++].to(parameters_.front().tensor.device());
  for (at::Tensor& tensor : statistics_) tensor.copy_(next(tensor));
  return loss;
}

}  // namespace jetvit
