#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "inspect/picture_output.h"
#include "jet/channels.h"
#include "jet/input_transform.h"
#include "jet/jet_reader.h"
#include "jet/split.h"
#include "measure/weight_sums.h"

namespace jetvit {

// What is to be inspected, and how.
struct InspectOptions {
  std::string input;    // jet store, or file, folder or pattern of raw Parquet, PNG class folders or TFRecords
  ReadOptions read;     // of files
  bool verify = false;  // compare every file of a store or of TFRecords with its digest
  PictureOutput pictures;
};

// A split of a store.
struct SplitInspection {
  Split split = Split::kTrain;
  std::array<std::uint64_t, 2> counts{};      // by class
  std::vector<ChannelStatistics> statistics;  // where the shards were read to verify them
};

// What was done to the jets of a store on their way into it.
struct StorePreparation {
  double zero_threshold = 0;
  std::uint64_t negative_pixels = 0;  // dropped
  std::size_t files = 0;
};

// What the pictures show.
struct PictureCounts {
  std::uint64_t jets = 0;             // of the averages
  std::uint64_t jets_of_spectra = 0;  // a part of them where there are many
};

// What files or a store hold.
struct Inspection {
  std::string kind;  // a description of the format
  ImageShape shape;
  std::vector<Channel> channels;
  std::vector<ChannelStatistics> statistics;  // one a channel
  std::string statistics_of = "all jets";
  std::vector<std::string> observers;
  ClassNames class_names;
  std::string weight_column;              // empty: every jet has weight 1
  std::array<WeightSums, 2> weights;      // by class, of files with a column of weights
  std::array<std::uint64_t, 2> counts{};  // by class; without labels all are in the first
  bool has_labels = true;
  ReadSummary summary;                    // of a store: what its preparation read and left out
  std::vector<std::string> files;         // of the summary
  std::string skipped_report;             // where a store lists all skipped rows; empty: nowhere
  std::optional<PictureCounts> pictures;  // where they were asked for

  // Of a store.
  std::vector<SplitInspection> splits;
  std::optional<StorePreparation> preparation;
};

// Reads files whole; of a store the manifest, and the shards where they are verified or drawn. Draws the pictures that
// are asked for. Throws Error for inputs that cannot be read, differ from their digests or whose rows have mostly
// another shape, and for pictures that exist; UsageError where files without digests are to be verified, or files
// without labels, whose classes pictures show, are to be drawn.
Inspection inspect(const InspectOptions& options);

// {"kind", "shape", "rows", "jets", "class_0", "class_1" (null without labels), "class_names", "weight_column" (or
// null), "observers", "channels", "statistics_of", "skipped", "skipped_reasons", "skipped_rows"}, of files with weights
// also "weights" {"sum", "zero", "negative"}, of a store "splits" and "preparation", and "pictures" where they were
// drawn.
Json to_json(const Inspection& inspection);

}  // namespace jetvit
