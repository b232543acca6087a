#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

namespace jetvit {

// Whether the name of a file is that of a TFRecord file: .tfrecords, .tfrecord or .tfrec, optionally followed by the
// number of a shard (-00000-of-00010) and by .gz, in upper or lower case.
bool is_record_name(const std::filesystem::path& path);

// Reads the records of a TFRecord file (tfrecord/tf_record.h) one after another, plain or compressed with gzip. Needs
// memory for one record and a small window.
class RecordFile {
 public:
  // Throws Error if the file cannot be read.
  explicit RecordFile(std::filesystem::path path);
  ~RecordFile();

  // Whether the content begins with the length of a record and its checksum. Throws Error if the file cannot be read.
  static bool recognizes(const std::filesystem::path& path);
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  // Reads the next record; returns false after the last one. Throws Error naming the file and the record if a checksum
  // is wrong, the file is cut short, or a record is larger than 64 MiB.
  bool next(std::string& record);

  std::uint64_t count() const { return count_; }  // number of records read so far

 private:
  class Inflater;

  std::size_t read_plain(std::span<std::byte> out);  // as much as is left
  std::size_t read(std::span<std::byte> out);
  [[noreturn]] void fail(const std::string& why) const;

  InputFile file_;
  std::uint64_t position_ = 0;
  std::unique_ptr<Inflater> inflater_;  // for a compressed file
  std::uint64_t count_ = 0;
};

}  // namespace jetvit
