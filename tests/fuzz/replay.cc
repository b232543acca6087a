// A replacement for libFuzzer: passes every file in some folders to a target once. The folders contain all inputs found
// by a fuzzer, so that builds with any compiler check them as ordinary tests.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "fuzz/fuzz.h"

int main(int argc, char** argv) {
  constexpr std::uint64_t kLimit = 16 << 20;
  try {
    std::vector<std::filesystem::path> files;
    for (int argument = 1; argument < argc; ++argument) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[argument])) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
      std::printf("%s\n", file.c_str());  // the last name printed is the input that ended the program
      std::fflush(stdout);
      const std::vector<std::byte> bytes = jetvit::read_binary_file(file, kLimit);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
    std::printf("%zu inputs read\n", files.size());
    return files.empty() ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "replay: %s\n", error.what());
    return 1;
  }
}
