#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "jet/split.h"
#include "store/store_writer.h"

namespace jetvit::test {

// A jet of one channel.
struct HandMadeJet {
  std::uint8_t label = 0;
  std::vector<std::pair<std::uint16_t, float>> pixels;  // row * width + column and value, rising
  std::vector<double> observers;
  Split split = Split::kTrain;
};

// A store of one channel of so many rows and columns.
inline void write_store(const std::filesystem::path& folder, int height, int width,
                        const std::vector<std::string>& observer_names, const std::vector<HandMadeJet>& jets,
                        int channels = 1) {
  const ImageShape shape{channels, height, width};
  StoreWriter writer(folder);
  std::uint64_t row = 0;
  for (const HandMadeJet& jet : jets) {
    JetRecords records;
    records.images.shape = shape;
    for (int channel = 0; channel < channels; ++channel) {
      for (const auto& [pixel, value] : jet.pixels) {
        records.images.pixel.push_back(pixel);
        records.images.value.push_back(value);
      }
      records.images.offset.push_back(records.images.pixel.size());
    }
    records.label = {jet.label};
    records.weight = {1};
    records.observer_names = observer_names;
    for (const double value : jet.observers) records.observers.push_back({value});
    records.source_file = {0};
    records.source_row = {row++};
    writer.append(records, jet.split);
  }
  Manifest manifest;
  manifest.shape = shape;
  manifest.channels = channels_for(channels);
  manifest.statistics.resize(static_cast<std::size_t>(channels));
  manifest.zero_threshold = 0.25;
  manifest.negative_pixels = 12;
  manifest.observer_names = observer_names;
  manifest.source_files = {{"jets.parquet", jets.size() + 2, 2}};
  manifest.skipped_rows = Json::array({{{"file", "jets.parquet"}, {"row", 3}, {"reason", "NaN"}},
                                       {{"file", "lost.parquet"}, {"row", 1}, {"reason", "NaN"}}});
  manifest.skipped_reasons = {{"NaN", 2}};
  writer.close(manifest);
}

}  // namespace jetvit::test
