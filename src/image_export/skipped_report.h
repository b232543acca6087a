#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace jetvit {

// The report of skipped rows in an output folder that is still incomplete: a file that grows, and that is created with
// the first skipped row.
class SkippedReport {
 public:
  explicit SkippedReport(std::filesystem::path file) : file_(std::move(file)) {}

  void add(std::string_view lines);
  std::uint64_t size() const { return written_ + pending_.size(); }  // bytes

  // Writes the added lines and makes them durable. Throws Error.
  void save();
  // Resumes after the first `size` bytes of a saved file; 0 starts again. Throws Error if the file is shorter.
  void restore(std::uint64_t size);

 private:
  void write(bool is_durable);

  std::filesystem::path file_;
  std::uint64_t written_ = 0;
  std::string pending_;
};

}  // namespace jetvit
