#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "group/process_group.h"
#include "load/batch_shares.h"
#include "train/gradient_buckets.h"
#include "train/optimizer.h"

namespace jetvit {

// Adds up what the parts of a batch give, in this process and in others: gradients, loss, and the running statistics of
// batch norms, of which each part has its own, weighted by its jets. The losses of the parts are shares of that of the
// batch, so that gradients are summed and not averaged.
//
// An ordered sum takes the parts in turn, in float64 on the CPU: it has the same bits for any number of processes.
// Another one is taken in float32 by all processes together while the backward pass still runs, on devices that have
// collectives of their own without a detour through the host.
class GradientSum {
 public:
  // group: null where the process is alone; it outlives this object. parameters: that train, float32. statistics:
  // float32, of the same device.
  GradientSum(const ProcessGroup* group, NamedTensors parameters, std::vector<at::Tensor> statistics,
              const BatchShares& shares, bool is_ordered);

  // What this object takes at most for this many parameters, in bytes.
  static double bytes(double parameters, const BatchShares& shares);

  // Begins a batch. passes: backward passes in each part of this process.
  void begin(std::size_t jets, int passes);

  // A leaf of the graph in the place of a parameter: a rounded copy of it.
  void watch(const at::Tensor& parameter, const at::Tensor& leaf);

  // Takes the gradients of a part, which then have none, and sets the statistics back to those before the batch. loss:
  // of no dimension. Throws Error naming a parameter without a gradient. A part without jets is passed over.
  void take_part(int part, const at::Tensor& loss);

  // Gives the parameters their gradients, sets the statistics, and returns the loss: float32, of no dimension, on the
  // device. All processes have the same results.
  at::Tensor finish();

 private:
  double share_of(int part) const;
  at::Tensor ordered_sum() const;
  at::Tensor unordered_sum();

  const ProcessGroup* group_;
  NamedTensors parameters_;
  std::vector<at::Tensor> statistics_, statistics_before_;
  BatchShares shares_;
  bool is_ordered_;
  std::int64_t gradients_ = 0, values_ = 0;  // of a row: gradients; gradients, loss, statistics
  std::size_t jets_ = 0;
  // (own parts, values) float32, where they go to other processes: on the device if the sum is taken there.
  at::Tensor rows_;
  at::Tensor total_;                        // (values) float64, where they do not
  std::optional<GradientBuckets> buckets_;  // of an unordered sum: the gradients in its only row
};

}  // namespace jetvit
