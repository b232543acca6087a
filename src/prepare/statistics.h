#pragma once

#include <cstdint>
#include <vector>

#include "base/exact_sum.h"
#include "base/options.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"

namespace jetvit {

// Statistics of every channel in one pass. Sums are exact: the result does not depend on the order of the jets, the
// number of threads or the sharding.
class StatisticsAccumulator {
 public:
  explicit StatisticsAccumulator(const ImageShape& shape);

  void add(const SparseImages& images);                   // all of them
  void add(const SparseImages& images, std::size_t jet);  // one of them
  void merge(const StatisticsAccumulator& other);
  std::uint64_t jets() const { return jets_; }

  // Mean and population standard deviation over all pixels of all jets, empty ones included. All zeros without jets.
  std::vector<ChannelStatistics> result() const;

  // Everything added so far, exactly: restored and merged elsewhere, it gives the same result bit for bit.
  Json to_json() const;
  // Throws Error or the JSON library's exception if `json` is not the output of to_json() for images of this shape.
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
