#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "jet/jet_records.h"

namespace jetvit {

// Table [weights] of a recipe: weights of training jets in addition to the weights in the data.
struct WeightOptions {
  std::string kind = "none";
  std::string observer = "pt";
  std::vector<double> bins = {};
  std::string second_observer = "m0";
  std::vector<double> second_bins = {};
  double largest = 0;

  bool operator==(const WeightOptions&) const = default;
};

template <class Visitor>
void visit_fields(Visitor& visit, WeightOptions& options) {
  visit(
      "kind", options.kind,
      "none; class (both classes have the same total weight); flat (and so has every bin of the observers); reference "
      "(and label 1 gets the spectrum of label 0)",
      OneOf{"none", "class", "flat", "reference"});
  visit("observer", options.observer, "flat, reference: the column to bin");
  visit("bins", options.bins, "flat, reference: increasing edges; jets beyond the outer ones count in the outer bins");
  visit("second_observer", options.second_observer,
        "flat, reference: a second column to bin, if second_bins has edges");
  visit("second_bins", options.second_bins,
        "flat, reference: increasing edges of the second observer; empty: only the first one is binned");
  visit("largest", options.largest, "flat, reference: bound of a bin's factor in units of the class mean; 0: none",
        Range{0, 1e9});
}

// The weights of `jets` by the histogram method of weaver-core (hqucms/weaver-core, weaver/utils/data/preprocess.py).
// They multiply the weights w in the data. A bin is a bin of the observer or, with edges for a second observer, a cell
// of the two. With S[c][b] the sum of w over the jets of class c in bin b, a jet of weight w gets w * f[c][b]:
//   class:      one bin
//   flat:       f[c][b] = 1 / S[c][b]: all filled bins of a class have the same total weight
//   reference:  f[0][b] = 1, f[1][b] = S[0][b] / S[1][b]: label 1 has the spectrum of label 0; 0 in its empty bins
// The factors are bounded by `largest` and then scaled so that both classes have the same total weight and the mean
// over all jets is 1. Throws UsageError for impossible bins. Throws Error for a missing observer, a value that is not
// finite, a negative weight or a class without weight. files: of the jets, for the messages.
std::vector<float> jet_weights(const JetRecords& jets, const WeightOptions& options,
                               const std::vector<std::string>& files = {});

}  // namespace jetvit
