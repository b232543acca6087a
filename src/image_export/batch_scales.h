#pragma once

#include <vector>

#include "image_export/gray_levels.h"
#include "jet/jet_records.h"

namespace jetvit {

// The order in which numpy sums the pixels of a channel. It depends on the layout of the study's arrays.
enum class SumOrder {
  kJetByJet,  // (jet, channel, row, column): the mean adds one sum per jet; the squares are summed as one vector
  kWhole      // (jet, row, column, channel): both are summed as one vector
};

// The published normalization: mean and population standard deviation (float64) of each channel over all pixels of a
// batch, empty ones included, after values below `threshold` are set to 0. Throws UsageError for a batch that is too
// large.
std::vector<ChannelScale> batch_scales(const SparseImages& batch, double threshold, SumOrder order, int threads);

}  // namespace jetvit
