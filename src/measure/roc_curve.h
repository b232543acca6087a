#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

struct RocPoint {
  double signal_efficiency = 0;      // eS: weighted fraction of the signal at or above the threshold
  double background_efficiency = 0;  // eB: the same for the background
  double threshold = 0;
  double background_squares = 0;  // fraction of the squared weights of the background, for the error of eB
};

// The ROC curve from (0, 0) to (1, 1), one point per distinct score. With negative weights the efficiencies may
// decrease from one point to the next. Throws like roc_auc().
std::vector<RocPoint> roc_curve(std::span<const double> score, std::span<const std::uint8_t> label,
                                std::span<const double> weight = {});

struct WorkingPoint {
  double signal_efficiency = 0;  // as requested
  double rejection = 0;          // 1 / eB; infinite if no background passes
  double error = 0;              // standard deviation; infinite if no background passes
  double low = 0, high = 0;      // central 68.3 % of the rejection; `high` is infinite if no background passes
  double lower_limit = 0;  // of the rejection at 95 % confidence if at most one background jet passes; otherwise 0
  double threshold = 0;
};

// Background rejection where the curve of roc_curve() first reaches a given signal efficiency (0 to 1), by linear
// interpolation. signal_jets, background_jets: nS and nB, the numbers of jets; with weights the effective numbers of
// WeightSums.
//
// The threshold is chosen with the same jets: its own fluctuation, of variance eS (1 - eS) / nS in the signal
// efficiency, moves along the curve. The variance of eB at fixed eS is therefore (Pepe, The Statistical Evaluation of
// Medical Tests, 2003, section 5.2.2)
//   V = eB (1 - eB) / nB + (deB/deS)^2 eS (1 - eS) / nS,
// with weights that of the weighted sum in place of the first term. The slope is that of the curve between eS - 0.1 and
// eS + 0.1. The interval is Wilson's (JASA 22 (1927) 209) for a binomial of the same variance V, which holds for few
// passing jets too.
//
// If none of n background jets passes, the expected number is below -ln(0.05) = 3.0 at 95 % confidence (Poisson), and
// the rejection above n / 3.0. If one passes (fewer than 1.5 between two points of the curve), it is below 4.74 (the
// solution of exp(-m) (1 + m) = 0.05). n is the number of background jets that would give the variance V at a fixed
// threshold.
WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, double signal_jets,
                           double background_jets);

}  // namespace jetvit
