#include "jet/observable_means.h"

#include <cmath>
#include <numeric>

namespace jetvit {

void ObservableMeans::Running::add(double value) {
  if (!std::isfinite(value)) return;
  ++jets;
  const double distance = value - mean;
  mean += distance / static_cast<double>(jets);
  squares += distance * (value - mean);
}

void ObservableMeans::add(const JetRecords& jets) {
  if (running_.empty()) {
    for (const std::string& name : jets.observer_names) running_.push_back({.name = name});
    for (const Channel& channel : channels_) {
      running_.push_back({.name = channel.name + " pixels"});
      running_.push_back({.name = channel.name + " sum"});
    }
  }
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    auto next = running_.begin();
    for (const auto& observer : jets.observers) (next++)->add(observer[jet]);
    for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
      const SparseChannel pixels = jets.images.channel(jet, static_cast<int>(channel));
      (next++)->add(static_cast<double>(pixels.pixel.size()));
      (next++)->add(std::accumulate(pixels.value.begin(), pixels.value.end(), 0.0));
    }
  }
}

std::vector<ObservableMean> ObservableMeans::result() const {
  std::vector<ObservableMean> means;
  for (const Running& of : running_) {
    const auto jets = static_cast<double>(of.jets);
    means.push_back({of.name, of.jets, of.mean, of.jets < 2 ? 0 : std::sqrt(of.squares / (jets - 1) / jets)});
  }
  return means;
}

}  // namespace jetvit
