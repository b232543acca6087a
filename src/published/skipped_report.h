#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace jetvit {

// The report of skipped rows of an output that is renamed when it is whole: a file that is there where rows were
// skipped, and that grows.
class SkippedReport {
 public:
  explicit SkippedReport(std::filesystem::path file) : file_(std::move(file)) {}

  void add(std::string_view lines);
  std::uint64_t size() const { return written_ + pending_.size(); }  // bytes

  // Writes what was added and makes it durable. Throws Error.
  void save();
  // Goes on after the first `size` bytes of a file that was saved, or anew. Throws Error where there are fewer.
  void restore(std::uint64_t size);

 private:
  void write(bool is_durable);

  std::filesystem::path file_;
  std::uint64_t written_ = 0;
  std::string pending_;
};

}  // namespace jetvit
