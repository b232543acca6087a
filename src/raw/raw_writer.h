#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "jet/jet_records.h"

namespace jetvit {

// How a raw Parquet file is laid out.
struct RawLayout {
  enum class Schema {
    quark_gluon,  // X_jets list<list<list<double>>> [3][125][125], then pt, m0, y (the published quark-gluon files)
    boosted_top   // X_jets flat list<double> in (row, column, channel) order, then y, m0, pt (the published top files)
  };
  Schema schema = Schema::quark_gluon;
  bool snappy = false;               // snappy, as published; zstd otherwise
  std::size_t rows_per_group = 256;  // 1, as published
};

// Writes jets in the schema of the CMS Open Data jet images: all values are doubles. The file appears at `path` when
// close() returns, complete and durable; without close() nothing is left behind.
class RawWriter {
 public:
  RawWriter(const std::filesystem::path& path, const RawLayout& layout);
  ~RawWriter();
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  // Records need the observers "pt" and "m0" (GeV); throws Error where the disk is full.
  void append(const JetRecords& records);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jetvit
