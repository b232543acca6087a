#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "evaluate/named_scores.h"
#include "jet/jet_records.h"

namespace jetvit {

struct Feature {
  std::string name;
  std::vector<double> values;  // one a jet
};

template <class Archive, class Self>
requires std::same_as<std::remove_const_t<Self>, Feature>
void archive_members(Archive& archive, Self& self) {
  archive(self.name);
  archive(self.values);
}

// Observables of many jets, without their images.
class FeatureTable {
 public:
  // Adds the observables of more jets, of the same channels and observers as the first.
  void append(const JetRecords& jets);
  void append(const FeatureTable& other);

  const std::vector<Feature>& features() const { return features_; }
  const std::vector<std::uint8_t>& label() const { return label_; }
  const std::vector<float>& weight() const { return weight_; }

  // For base/archive.h.
  template <class Archive, class Self>
  requires std::same_as<std::remove_const_t<Self>, FeatureTable>
  friend void archive_members(Archive& archive, Self& self) {
    archive(self.features_);
    archive(self.label_);
    archive(self.weight_);
  }

 private:
  std::vector<Feature> features_;
  std::vector<std::uint8_t> label_;
  std::vector<float> weight_;
};

// Hand-made observables of each jet, from its image and observers: pT and mass where there are, and from every
// energy-like channel the number of pixels, the sum, the width (mean distance weighted by pixel value) and ptD (root of
// the sum of squares over the sum) of the pixels within 0.4 of the center. They are in the spirit of the quark-gluon
// variables of CMS (PAS JME-13-002: multiplicity, minor axis and ptD of particle-flow candidates), made of pixels: pT
// in the tracks channel, the energy E, not ET, in those of the calorimeters.
std::vector<Feature> jet_features(const JetRecords& jets);

// Every hand-made observable of `test` on its own, and before them the logistic regression of all, fitted to `train`
// unless no_regression(). An observable is turned so that its AUC on `reference` is at least 0.5 (a "-" before the name
// says that it was turned), and those with the best AUC there come first. Other jets than those of `test` should decide
// that: chosen on the jets that they are measured on, useless observables look good. Weights count. Observables that
// are not finite for every jet of `test` are left out. All tables have the same observables; `train` can be empty.
std::vector<NamedScores> baseline_scores(const FeatureTable& train, const FeatureTable& reference,
                                         const FeatureTable& test);

// Whether jets of the table can be a reference: it has both classes, each with a positive sum of weights.
bool is_reference(const FeatureTable& table);

// The observables that are not finite for every jet, so that they are no baselines.
std::vector<std::string> incomplete_features(const FeatureTable& table);

// Why baseline_scores() has no logistic regression that is fitted to `train`: "has no training jets", "has training
// jets of one class only", or that their weights do not allow a fit. Empty if it has one.
std::string no_regression(const FeatureTable& train);

// The best `count` of baseline_scores(), followed by those that everybody asks for, however good they are: jet pT,
// jet mass and track multiplicity. The order stays.
std::vector<NamedScores> select_baselines(std::vector<NamedScores> baselines, std::size_t count);

}  // namespace jetvit
