#pragma once

#include <vector>

#include "jet/jet_records.h"
#include "published/grey_levels.h"

namespace jetvit {

// The order in which numpy adds up the pixels of a channel: it follows the layout of the study's arrays.
enum class SumOrder {
  kJetByJet,  // (jet, channel, row, column): the mean adds up sums of jets; the squares are one vector
  kWhole      // (jet, row, column, channel): both are one vector
};

// Mean and population standard deviation (float64) of each channel over all pixels of a batch, empty ones included,
// after x < threshold -> 0: the published normalisation.
std::vector<ChannelScale> batch_scales(const SparseImages& batch, double threshold, SumOrder order, int threads);

}  // namespace jetvit
