#pragma once

#include <cstdint>
#include <span>

namespace jetvit {

// Area under the ROC curve: the weighted fraction of (signal, background) pairs in which the signal has the higher
// score. Ties count one half. Exact, O(n log n). Label 1 is signal. Weights may be zero or negative. Throws Error for a
// single class, scores or weights that are not finite, a class whose weights have no positive sum, or unequal lengths.
double roc_auc(std::span<const double> score, std::span<const std::uint8_t> label, std::span<const double> weight = {});

}  // namespace jetvit
