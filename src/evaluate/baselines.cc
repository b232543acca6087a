#include "evaluate/baselines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>
#include <string_view>

#include "base/text.h"
#include "evaluate/event_weights.h"
#include "measure/logistic_regression.h"
#include "measure/roc_auc.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

constexpr double kRadius = 0.4;

constexpr std::array kAlwaysShown = {"jet pT", "jet mass", "tracks multiplicity"};  // names of jet_features()
constexpr std::string_view kTurned = "- ";  // before the name of an observable that is smaller for label 1

struct Cone {
  std::vector<double> multiplicity, sum, width, pt_d;
};

// The pixels' distance to the center of the image.
std::vector<double> distances(const ImageShape& shape) {
  std::vector<double> out;
  for (int row = 0; row < shape.height; ++row) {
    for (int column = 0; column < shape.width; ++column) {
      out.push_back(kPixelSize * std::hypot(row - (shape.height - 1) / 2.0, column - (shape.width - 1) / 2.0));
    }
  }
  return out;
}

Cone cone_of(const JetRecords& jets, int channel, const std::vector<double>& distance) {
  Cone cone;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    double moment = 0;
    const SparseChannel pixels = jets.images.channel(jet, channel);
    for (std::size_t index = 0; index < pixels.pixel.size(); ++index) {
      const double away = distance[pixels.pixel[index]];
      if (away > kRadius) continue;
      const double value = pixels.value[index];
      count += 1;
      sum += value;
      squares += value * value;
      moment += value * away;
    }
    cone.multiplicity.push_back(count);
    cone.sum.push_back(sum);
    cone.width.push_back(sum > 0 ? moment / sum : 0);
    cone.pt_d.push_back(sum > 0 ? std::sqrt(squares) / sum : 0);
  }
  return cone;
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

// The AUC over the jets whose value is finite; 0.5 if they leave no information.
double auc_of_finite(const std::vector<double>& values, const FeatureTable& table) {
  std::vector<double> finite;
  std::vector<std::uint8_t> label;
  std::vector<float> weight;
  for (std::size_t jet = 0; jet < values.size(); ++jet) {
    if (!std::isfinite(values[jet])) continue;
    finite.push_back(values[jet]);
    label.push_back(table.label()[jet]);
    weight.push_back(table.weight()[jet]);
  }
  const std::vector<double> weights = event_weights(weight);
  const auto sums = weight_sums(label, weights);
  return sums[0].weight > 0 && sums[1].weight > 0 ? roc_auc(finite, label, weights) : 0.5;
}

bool is_always_shown(std::string_view name) {
  if (name.starts_with(kTurned)) name.remove_prefix(kTurned.size());
  return std::find(kAlwaysShown.begin(), kAlwaysShown.end(), name) != kAlwaysShown.end();
}

}  // namespace

std::vector<Feature> jet_features(const JetRecords& jets) {
  std::vector<Feature> features;
  for (const char* observer : {"pt", "m0"}) {
    for (std::size_t column = 0; column < jets.observer_names.size(); ++column) {
      if (jets.observer_names[column] != observer) continue;
      features.push_back({std::string(observer) == "pt" ? "jet pT" : "jet mass", jets.observers[column]});
    }
  }
  const std::vector<double> distance = distances(jets.images.shape);
  const std::vector<Channel> channels = channels_for(jets.images.shape.channels);
  for (int index = 0; index < jets.images.shape.channels; ++index) {
    const Channel& channel = channels[static_cast<std::size_t>(index)];
    if (channel.is_signed) continue;
    const Cone cone = cone_of(jets, index, distance);
    features.push_back({text(channel.name, " multiplicity"), cone.multiplicity});
    features.push_back({text(channel.name, " sum"), cone.sum});
    features.push_back({text(channel.name, " width"), cone.width});
    features.push_back({text(channel.name, " ptD"), cone.pt_d});
  }
  return features;
}

void FeatureTable::append(const JetRecords& jets) {
  FeatureTable more;
  more.features_ = jet_features(jets);
  more.label_ = jets.label;
  more.weight_ = jets.weight;
  append(more);
}

void FeatureTable::append(const FeatureTable& other) {
  if (other.label_.empty()) return;
  if (label_.empty()) {
    features_ = other.features_;
  } else {
    for (std::size_t index = 0; index < features_.size(); ++index) {
      const std::vector<double>& more = other.features_.at(index).values;
      features_[index].values.insert(features_[index].values.end(), more.begin(), more.end());
    }
  }
  label_.insert(label_.end(), other.label_.begin(), other.label_.end());
  weight_.insert(weight_.end(), other.weight_.begin(), other.weight_.end());
}

bool is_reference(const FeatureTable& table) {
  const auto sums = weight_sums(table.label(), event_weights(table.weight()));
  return sums[0].weight > 0 && sums[1].weight > 0;
}

std::vector<NamedScores> baseline_scores(const FeatureTable& train, const FeatureTable& reference,
                                         const FeatureTable& test) {
  std::vector<NamedScores> single;
  std::vector<double> auc;
  std::vector<std::vector<double>> fit;
  std::vector<std::vector<double>> apply;
  for (std::size_t index = 0; index < test.features().size(); ++index) {
    const Feature& feature = test.features()[index];
    if (!all_finite(feature.values)) continue;
    NamedScores scores{.name = feature.name, .score = feature.values};
    auc.push_back(auc_of_finite(reference.features()[index].values, reference));
    if (auc.back() < 0.5) {
      auc.back() = 1 - auc.back();
      scores.name = text(kTurned, feature.name);
      for (double& value : scores.score) value = -value;
    }
    single.push_back(std::move(scores));
    if (index < train.features().size() && all_finite(train.features()[index].values)) {
      fit.push_back(train.features()[index].values);
      apply.push_back(feature.values);
    }
  }
  std::vector<std::size_t> order(single.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return auc[a] > auc[b]; });
  std::vector<NamedScores> out;
  if (!fit.empty() && no_regression(train).empty()) {
    const LogisticRegression regression(fit, train.label(), event_weights(train.weight()));
    out.push_back({"logistic regression of all", regression.predict(apply), true});
  }
  for (const std::size_t index : order) out.push_back(std::move(single[index]));
  return out;
}

std::vector<std::string> incomplete_features(const FeatureTable& table) {
  std::vector<std::string> names;
  for (const Feature& feature : table.features()) {
    if (!all_finite(feature.values)) names.push_back(feature.name);
  }
  return names;
}

std::string no_regression(const FeatureTable& train) {
  const auto signals = std::count(train.label().begin(), train.label().end(), std::uint8_t{1});
  if (train.label().empty()) return "has no training jets";
  if (signals == 0 || signals == std::ssize(train.label())) return "has training jets of one class only";
  const auto& weight = train.weight();
  if (std::any_of(weight.begin(), weight.end(), [](float of_jet) { return of_jet < 0; })) {
    return "has training jets of negative weight, to which nothing can be fitted";
  }
  return is_reference(train) ? "" : "has a class whose training jets all have weight 0";
}

std::vector<NamedScores> select_baselines(std::vector<NamedScores> baselines, std::size_t count) {
  std::vector<NamedScores> shown;
  for (NamedScores& one : baselines) {
    if (shown.size() < count || is_always_shown(one.name)) shown.push_back(std::move(one));
  }
  return shown;
}

}  // namespace jetvit
