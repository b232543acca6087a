#include "train/gradient_buckets.h"

#include <algorithm>
#include <utility>

#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// In bytes: a small first one, so that the sum begins early. Sizes of torch's DistributedDataParallel.
constexpr std::int64_t kFirstBucket = 1 << 20;
constexpr std::int64_t kBucket = 25 << 20;

}  // namespace

GradientBuckets::GradientBuckets(const ProcessGroup& group, const NamedTensors& parameters, at::Tensor sum)
    : group_(group), sum_(std::move(sum)) {
  std::int64_t first = 0;
  for (const auto& [name, tensor] : parameters) {
    const at::Tensor place = sum_.narrow(0, first, tensor.numel()).view(tensor.sizes());
    numbers_[tensor.unsafeGetTensorImpl()] = parameters_.size();
    parameters_.push_back({.name = name, .place = place});
    first += tensor.numel();
  }
  // Backward passes reach the last parameters first.
  std::int64_t end = first;
  for (std::size_t number = parameters_.size(); number-- > 0;) {
    Parameter& parameter = parameters_[number];
    first -= parameter.place.numel();
    if (buckets_.empty() || buckets_.back().values.defined()) buckets_.emplace_back();
    Bucket& bucket = buckets_.back();
    parameter.bucket = buckets_.size() - 1;
    ++bucket.parameters;
    const std::int64_t enough = buckets_.size() == 1 ? kFirstBucket : kBucket;
    if (number > 0 && (end - first) * static_cast<std::int64_t>(sizeof(float)) < enough) continue;
    bucket.values = sum_.narrow(0, first, end - first);
    end = first;
  }
  for (const auto& [name, tensor] : parameters) watch(tensor, tensor);
}

GradientBuckets::~GradientBuckets() {
  for (const Hook& hook : hooks_) hook.leaf.remove_hook(hook.number);
}

void GradientBuckets::watch(const at::Tensor& parameter, const at::Tensor& leaf) {
  const auto found = numbers_.find(parameter.unsafeGetTensorImpl());
  if (found == numbers_.end()) return;  // it does not train
  const std::size_t number = found->second;
  const auto add_it = [this, number](const at::Tensor& gradient) { add(parameters_[number], gradient); };
  hooks_.push_back({leaf, leaf.register_hook(add_it)});
}

void GradientBuckets::begin(int passes) {
  passes_ = passes;
  sent_ = 0;
  waits_.clear();
  for (Parameter& parameter : parameters_) parameter.additions = 0;
  for (Bucket& bucket : buckets_) bucket.complete = 0;
}

void GradientBuckets::add(Parameter& parameter, const at::Tensor& gradient) {
  const c10::NoGradGuard no_gradients;
  const int last = parameter.expected * passes_;
  ++parameter.additions;
  if (last > 0 && parameter.additions > last) {
    throw Error(text("the parameter ", printable(parameter.name),
                     " has more gradients than in the first step: several ",
                     "processes can train only a model that does the same in each step"));
  }
  parameter.place.add_(gradient.to(parameter.place.device()));
  if (parameter.additions != last) return;
  ++buckets_[parameter.bucket].complete;
  send_complete();
}

// In their order, which is the same in all processes.
void GradientBuckets::send_complete() {
  while (sent_ < buckets_.size() && buckets_[sent_].complete == buckets_[sent_].parameters) {
    waits_.push_back(group_.begin_sum(buckets_[sent_++].values));
  }
}

void GradientBuckets::finish() {
  for (Parameter& parameter : parameters_) {
    if (passes_ == 0) break;
    if (parameter.additions == 0) {
      throw Error(text("the parameter ", printable(parameter.name), " has no gradient: several processes cannot train ",
                       "a model that does not use it"));
    }
    if (parameter.expected == 0) parameter.expected = parameter.additions / passes_;
  }
  for (Bucket& bucket : buckets_) bucket.complete = bucket.parameters;
  send_complete();
  for (const auto& wait : waits_) wait();
}

}  // namespace jetvit
