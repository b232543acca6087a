#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "jet/jet_records.h"

namespace jetvit {

// Layout of a raw Parquet file.
struct RawLayout {
  enum class Schema {
    quark_gluon,  // X_jets list<list<list<double>>> [3][125][125], then pt, m0, y (the published quark-gluon files)
    boosted_top   // X_jets flat list<double> in (row, column, channel) order, then y, m0, pt (the published top files)
  };
  Schema schema = Schema::quark_gluon;
  bool snappy = false;               // true: snappy, as in the published files; false: zstd
  std::size_t rows_per_group = 256;  // 1 in the published files
};

// Whether RawWriter wrote the file at `path`. False where it cannot be read.
bool is_generated_file(const std::filesystem::path& path);

// Writes jets in the schema of the CMS Open Data jet images; all values are doubles. When close() returns, the complete
// and durable file is at `path`. Without close() nothing is left. All functions throw Error if the file cannot be
// written.
class RawWriter {
 public:
  RawWriter(const std::filesystem::path& path, const RawLayout& layout);
  ~RawWriter();
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  // The records must have the observers "pt" and "m0" (GeV).
  void append(const JetRecords& records);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jetvit
