#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "jet/channels.h"
#include "jet/jet_records.h"

namespace jetvit {

// Mean of an observable over jets, with the statistical error of the mean.
struct ObservableMean {
  std::string name;
  std::uint64_t jets = 0;  // with a finite value
  double mean = 0;
  double error = 0;  // standard deviation / sqrt(jets); 0 for fewer than two jets
};

// Accumulates the means of the observers and, for each channel, of the pixel count and the pixel sum, in constant
// memory.
class ObservableMeans {
 public:
  explicit ObservableMeans(std::vector<Channel> channels) : channels_(std::move(channels)) {}

  void add(const JetRecords& jets);
  std::vector<ObservableMean> result() const;  // "pt", ..., "tracks pixels", "tracks sum", ...

 private:
  // Welford's running mean and sum of squared deviations: no cancellation for values far from 0.
  struct Running {
    std::string name;
    std::uint64_t jets = 0;
    double mean = 0, squares = 0;

    void add(double value);
  };

  std::vector<Channel> channels_;
  std::vector<Running> running_;
};

}  // namespace jetvit
