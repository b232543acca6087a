#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace jetvit::fuzz {

// A target is one function (LLVMFuzzerTestOneInput, which libFuzzer calls with bytes of its making): reads them as the
// program reads a foreign file. An Error is a right answer; anything else that ends the function is a find.

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A file in memory that the readers open by its path; write() replaces what it holds.
class MemoryFile {
 public:
  MemoryFile();
  const std::filesystem::path& write(std::string_view bytes);

 private:
  int descriptor_;
  std::filesystem::path path_;
};

// Checksums stop a mutated input at the door. These set those of the records (TFRecord) and chunks (PNG) that can be
// told apart, so that the bytes behind them are read too.
std::string with_record_checksums(std::string_view file);
std::string with_chunk_checksums(std::string_view file);

}  // namespace jetvit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
