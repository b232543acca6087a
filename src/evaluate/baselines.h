#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

struct Feature {
  std::string name;
  std::vector<double> values;  // one a jet
};

// Observables of many jets, without their images.
class FeatureTable {
 public:
  void append(const JetRecords& jets);

  const std::vector<Feature>& features() const { return features_; }
  const std::vector<std::uint8_t>& label() const { return label_; }

 private:
  std::vector<Feature> features_;
  std::vector<std::uint8_t> label_;
};

// Hand-made observables of each jet, from its image and observers: pT and mass where there are, and from every
// energy-like channel the number of pixels, the sum, the width (mean distance weighted by energy) and ptD (root of the
// sum of squares over the sum) of the pixels within 0.4 of the centre. For the tracks channel these are the classical
// quark-gluon variables (CMS PAS JME-13-002): multiplicity, width and ptD.
std::vector<Feature> jet_features(const JetRecords& jets);

}  // namespace jetvit
