#include "base/available_memory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>

#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kKilobyte = 1024;  // what the kernel calls kB

// Files of the kernel have no size, so that they are read as streams.
std::string read_kernel_file(const std::filesystem::path& path) {
  const std::ifstream file(path);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  return content.str();
}

std::optional<std::uint64_t> leading_number(std::string_view words) {
  const std::size_t start = words.find_first_not_of(" \t");
  if (start == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [after, error] = std::from_chars(words.data() + start, words.data() + words.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

// The number after the name that begins a line: "MemAvailable:  123 kB", "inactive_file 456".
std::optional<std::uint64_t> number_of(const std::string& content, std::string_view name) {
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name)) return leading_number(std::string_view(line).substr(name.size()));
  }
  return std::nullopt;
}

// The files of a version of control groups.
struct GroupFiles {
  const char* folder;  // where its groups are mounted
  const char* limit;
  const char* used;
  const char* droppable;  // the entry of memory.stat
};

constexpr GroupFiles kVersion1 = {"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                  "total_inactive_file "};
constexpr GroupFiles kVersion2 = {"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file "};

void take_group(const std::filesystem::path& group, const GroupFiles& files, std::optional<AvailableMemory>& least) {
  const auto limit = leading_number(read_kernel_file(group / files.limit));  // none where it says "max"
  const auto used = leading_number(read_kernel_file(group / files.used));
  if (!limit || !used) return;
  const std::uint64_t droppable = number_of(read_kernel_file(group / "memory.stat"), files.droppable).value_or(0);
  const std::uint64_t held = *used - std::min(*used, droppable);
  const std::uint64_t left = *limit - std::min(*limit, held);
  if (least && left >= least->bytes) return;
  least = AvailableMemory{
      left, text("within the limit of ", human_bytes(static_cast<double>(*limit)), " of its control group")};
}

// The group and all above it: each has a limit of its own. In a container the path may begin outside of what is
// mounted; the limit then lies at the mount itself.
void take_groups(const std::filesystem::path& root, const GroupFiles& files, const std::string& path,
                 std::optional<AvailableMemory>& least) {
  const std::filesystem::path mount = root / files.folder;
  for (std::filesystem::path group = std::filesystem::path(path).relative_path(); !group.empty();
       group = group.parent_path()) {
    take_group(mount / group, files, least);
  }
  take_group(mount, files, least);
}

}  // namespace

std::optional<AvailableMemory> available_memory(const std::filesystem::path& root) {
  std::optional<AvailableMemory> least;
  if (const auto free = number_of(read_kernel_file(root / "proc/meminfo"), "MemAvailable:")) {
    least = AvailableMemory{*free * kKilobyte, "on this machine"};
  }
  std::istringstream lines(read_kernel_file(root / "proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {  // "<number>:<controllers>:<path>"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") take_groups(root, kVersion2, path, least);
    if (controllers.find(",memory,") != std::string::npos) take_groups(root, kVersion1, path, least);
  }
  return least;
}

std::uint64_t resident_memory() {
  return number_of(read_kernel_file("/proc/self/status"), "VmRSS:").value_or(0) * kKilobyte;
}

}  // namespace jetvit
