#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace jetvit {

// How much memory this process can still take before something is killed.
struct AvailableMemory {
  std::uint64_t bytes = 0;
  std::string
      limit;  // what sets it, for messages: "on this machine" or "within the limit of 8.6 GB of its control group"
};

// The least of what the kernel calls available (MemAvailable: free, or a cache that can be dropped) and of what the
// limits of the process's control groups leave, in versions 1 and 2, at all levels. File caches that a group can drop
// count as free. Swap does not count. nullopt where the kernel reports nothing. root: the file system to look in.
std::optional<AvailableMemory> available_memory(const std::filesystem::path& root = "/");

// The memory that this process has now, in bytes; 0 where the kernel does not report it.
std::uint64_t resident_memory();

}  // namespace jetvit
