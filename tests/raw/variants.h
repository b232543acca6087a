#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "raw/raw_reader.h"

namespace jetvit::test {

// Rewrites the table of `from` to `to` with Arrow and these properties.
inline void rewrite(const std::filesystem::path& from, const std::filesystem::path& to,
                    const std::shared_ptr<parquet::WriterProperties>& properties, std::int64_t rows_per_group) {
  const auto check = [](const arrow::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  };
  const auto input = arrow::io::ReadableFile::Open(from.string());
  check(input.status());
  auto reader = parquet::arrow::OpenFile(*input, arrow::default_memory_pool());
  check(reader.status());
  const auto table = (*reader)->ReadTable();
  check(table.status());
  const auto output = arrow::io::FileOutputStream::Open(to.string());
  check(output.status());
  check(parquet::arrow::WriteTable(**table, arrow::default_memory_pool(), *output, rows_per_group, properties));
  check((*output)->Close());
}

// Reads all jets of the files.
inline JetRecords read_all(const std::vector<std::filesystem::path>& files, int threads = 1) {
  ReadOptions options;
  options.threads = threads;
  const RawReader reader(files, options);
  JetRecords all;
  reader.read([&](JetRecords&& jets) { all.append(jets); });
  return all;
}

}  // namespace jetvit::test
