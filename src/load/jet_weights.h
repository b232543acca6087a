#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "jet/jet_records.h"

namespace jetvit {

// Table [weights] of a recipe: what training jets count beside the weights that they bring.
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
      "none; class (both classes weigh the same); flat, reference (and so does every bin of the observers, or label 1 "
      "follows the spectrum of label 0)",
      OneOf{"none", "class", "flat", "reference"});
  visit("observer", options.observer, "flat, reference: the column that is binned");
  visit("bins", options.bins, "flat, reference: rising edges; jets beyond the outer ones count in the outer bins");
  visit("second_observer", options.second_observer,
        "flat, reference: the column that is binned as well, if second_bins has edges");
  visit("second_bins", options.second_bins,
        "flat, reference: rising edges of the second observer; empty: the weights are of the first one alone");
  visit("largest", options.largest, "flat, reference: bound of a bin's factor in units of its class's mean; 0: none",
        Range{0, 1e9});
}

// The weights of `jets` by the histogram method of weaver-core (hqucms/weaver-core, weaver/utils/data/preprocess.py),
// on top of the weights w that the jets bring. A bin is one of the observer or, with edges of a second one, a cell of
// the two. With S[c][b] the sum of w over the jets of class c in bin b, a jet of weight w gets w * f[c][b] with
//   class:      one bin
//   flat:       f[c][b] = 1 / S[c][b]: all filled bins of a class hold the same
//   reference:  f[0][b] = 1, f[1][b] = S[0][b] / S[1][b]: label 1 has the spectrum of label 0; 0 where that is empty
// bounded by `largest`, and then scaled so that both classes hold the same and the mean over all jets is 1.
// Throws UsageError for impossible bins, and Error naming what is wrong with the jets: no such observer, a value that
// is no number, a negative weight, a class without weight.
std::vector<float> jet_weights(const JetRecords& jets, const WeightOptions& options);

}  // namespace jetvit
