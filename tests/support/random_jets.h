#pragma once

#include <cstdint>
#include <random>

#include "jet/jet_records.h"

namespace jetvit::test {

// Sparse jets with random pixels and the observers pt and m0. All channels except the first have both signs.
inline JetRecords random_jets(std::size_t count, const ImageShape& shape, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::exponential_distribution<float> energy(0.3F);
  JetRecords jets;
  jets.images.shape = shape;
  jets.observer_names = {"pt", "m0"};
  jets.observers.resize(2);
  for (std::size_t jet = 0; jet < count; ++jet) {
    for (int channel = 0; channel < shape.channels; ++channel) {
      for (std::int64_t pixel = 0; pixel < shape.pixels(); ++pixel) {
        if (random() % 17 != 0) continue;
        jets.images.pixel.push_back(static_cast<std::uint16_t>(pixel));
        jets.images.value.push_back((energy(random) + 0.01F) * (channel > 0 && random() % 2 == 0 ? -1.0F : 1.0F));
      }
      jets.images.offset.push_back(jets.images.pixel.size());
    }
    jets.label.push_back(static_cast<std::uint8_t>(random() % 2));
    jets.weight.push_back(1);
    jets.observers[0].push_back(80.0 + static_cast<double>(random() % 9000) / 100);
    jets.observers[1].push_back(static_cast<double>(random() % 5000) / 100);
    jets.source_file.push_back(0);
    jets.source_row.push_back(jet);
  }
  return jets;
}

// Whether two sets of jets are equal bit for bit.
inline bool equal(const JetRecords& a, const JetRecords& b) {
  return a.images.shape == b.images.shape && a.images.offset == b.images.offset && a.images.pixel == b.images.pixel &&
         a.images.value == b.images.value && a.label == b.label && a.weight == b.weight &&
         a.observer_names == b.observer_names && a.observers == b.observers && a.integers == b.integers &&
         a.source_file == b.source_file && a.source_row == b.source_row;
}

}  // namespace jetvit::test
