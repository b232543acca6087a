#include "evaluate/baselines.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace jetvit {
namespace {

constexpr double kRadius = 0.4;

struct Cone {
  std::vector<double> multiplicity, sum, width, pt_d;
};

// The pixels' distance to the centre of the image.
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
  std::vector<Feature> more = jet_features(jets);
  if (label_.empty()) {
    features_ = std::move(more);
  } else {
    for (std::size_t index = 0; index < features_.size(); ++index) {
      auto& values = features_[index].values;
      values.insert(values.end(), more[index].values.begin(), more[index].values.end());
    }
  }
  label_.insert(label_.end(), jets.label.begin(), jets.label.end());
}

}  // namespace jetvit
