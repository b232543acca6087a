#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

namespace jetvit {

// Whether a file is named like one of TFRecords: .tfrecords, .tfrecord, with .gz behind it or not.
bool is_record_name(const std::filesystem::path& path);

// Reads the records of a TFRecord file (base/tf_record.h) one after the other, plain or compressed with gzip, in
// memory of one record and a small window.
class RecordFile {
 public:
  explicit RecordFile(std::filesystem::path path);
  ~RecordFile();
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  // The next record; false behind the last. Throws Error naming file and record where a checksum is wrong, the file is
  // cut short, or a record is larger than 64 MiB.
  bool next(std::string& record);

  std::uint64_t count() const { return count_; }  // of the records that were read

 private:
  class Inflater;

  std::size_t read_plain(std::span<std::byte> out);  // as much as there is
  std::size_t read(std::span<std::byte> out);
  [[noreturn]] void fail(const std::string& why) const;

  InputFile file_;
  std::uint64_t position_ = 0;
  std::unique_ptr<Inflater> inflater_;  // of a compressed file
  std::uint64_t count_ = 0;
};

}  // namespace jetvit
