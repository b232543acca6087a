#include "predict/rounds.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include <ATen/ops/empty.h>

#include "base/error.h"
#include "base/stop_flag.h"

namespace jetvit {

Rounds::Rounds(const ProcessGroup* group, std::function<void(std::size_t)> progress)
    : group_(group), progress_(std::move(progress)) {}

Share Rounds::share() const {
  if (group_ == nullptr) return {};
  return {static_cast<std::size_t>(group_->rank()), static_cast<std::size_t>(group_->size())};
}

void Rounds::finish_batch(std::size_t jets) {
  meet(false, jets, 0);
}

// Tells the others how far this process is: whether it has done its part of the round, how many jets it has done since
// the last call, and the size of its results. Whether all processes have done theirs.
bool Rounds::meet(bool is_done, std::size_t jets, std::size_t bytes) {
  if (group_ == nullptr) {
    throw_if_stopped();
    if (progress_ && jets > 0) progress_(jets);
    return is_done;
  }
  at::Tensor own = at::empty({4}, at::kLong);
  auto* const words = own.mutable_data_ptr<std::int64_t>();
  words[0] = stop_requested();
  words[1] = is_done ? 1 : 0;
  words[2] = static_cast<std::int64_t>(jets);
  words[3] = static_cast<std::int64_t>(bytes);
  const at::Tensor all = group_->gather(own);
  const auto* of = all.const_data_ptr<std::int64_t>();
  std::int64_t signal = 0, waiting = 0, done = 0;
  bytes_.clear();
  for (int rank = 0; rank < group_->size(); ++rank, of += 4) {
    signal = std::max(signal, of[0]);
    waiting += 1 - of[1];
    done += of[2];
    bytes_.push_back(of[3]);
  }
  if (signal != 0) {
    is_stopped_ = true;
    throw Interrupted(static_cast<int>(signal));
  }
  if (progress_ && done > 0) progress_(static_cast<std::size_t>(done));
  return waiting == 0;
}

// Whether any process had results.
bool Rounds::end_round(const std::string& results, const Take& take) {
  while (!meet(true, 0, results.size())) {
  }
  if (group_ == nullptr) {
    if (!results.empty()) take({results});
    return !results.empty();
  }
  if (std::all_of(bytes_.begin(), bytes_.end(), [](std::int64_t bytes) { return bytes == 0; })) return false;
  const std::vector<std::string> all = group_->send_to_first(results, bytes_);
  if (is_first()) take(all);
  return true;
}

void Rounds::run(const std::function<void(const End&)>& work, const Take& take) {
  try {
    work([&](const std::string& results) { end_round(results, take); });
  } catch (const Interrupted&) {
    // Of this process alone: the others hear of it when they meet it next.
    if (group_ != nullptr && !is_stopped_) meet(true, 0, 0);
    throw;
  }
  while (end_round("", take)) {
  }
}

bool Rounds::ask_first(bool answer) const {
  return group_ == nullptr ? answer : !group_->broadcast(std::string(answer ? "yes" : "")).empty();
}

}  // namespace jetvit
