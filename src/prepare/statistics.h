#pragma once

#include <cstdint>
#include <vector>

#include "base/exact_sum.h"
#include "base/options.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"

namespace jetvit {

// Statistics of every channel in one pass. Sums are exact, so that the result is the same, bit for bit, for any order
// of the jets, any number of threads and any sharding.
class StatisticsAccumulator {
 public:
  explicit StatisticsAccumulator(const ImageShape& shape);

  void add(const SparseImages& images);                   // all of them
  void add(const SparseImages& images, std::size_t jet);  // one of them
  void merge(const StatisticsAccumulator& other);
  std::uint64_t jets() const { return jets_; }

  // Mean and population deviation over all pixels of all jets, empty ones included; zeros where there are no jets.
  std::vector<ChannelStatistics> result() const;

  // All that was added so far, exactly: read back and merged elsewhere it gives the same result, bit for bit.
  Json to_json() const;
  // Throws Error where `json` is no such record of images of this shape.
  static StatisticsAccumulator from_json(const Json& json, const ImageShape& shape);

 private:
  struct OfChannel {
    ExactSum sum;
    float minimum = 0, maximum = 0;
    std::uint64_t pixels = 0;
    std::uint64_t full_jets = 0;  // without an empty pixel
  };

  ImageShape shape_;
  std::vector<OfChannel> channels_;
  std::uint64_t jets_ = 0;
};

}  // namespace jetvit
