#include "base/threads.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sched.h>

namespace jetvit {
namespace {

// Of one group: 0 where it sets no quota.
int quota_of(const std::filesystem::path& group) {
  double quota = 0;
  double period = 0;
  if (std::ifstream file(group / "cpu.max"); file) {  // "max 100000" or "150000 100000"
    if (!(file >> quota >> period)) return 0;
  } else {
    std::ifstream(group / "cpu.cfs_quota_us") >> quota;  // -1: none
    std::ifstream(group / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? static_cast<int>(std::ceil(quota / period)) : 0;
}

// The smallest quota of `group` below `root`, and of the groups above it.
int smallest_quota(const std::filesystem::path& root, std::filesystem::path group) {
  int smallest = 0;
  while (true) {
    const int quota = quota_of(root / group.relative_path());
    if (quota > 0) smallest = smallest == 0 ? quota : std::min(smallest, quota);
    if (!group.has_relative_path()) return smallest;
    group = group.parent_path();
  }
}

}  // namespace

std::vector<int> own_cores() {
  // The kernel refuses a mask that is smaller than its own: start with room for 1,024 cores.
  for (int cores = 1024; cores <= 1 << 20; cores *= 2) {
    const std::size_t size = CPU_ALLOC_SIZE(cores);
    std::vector<unsigned long> mask((size + sizeof(unsigned long) - 1) / sizeof(unsigned long));
    auto* set = reinterpret_cast<cpu_set_t*>(mask.data());
    if (::sched_getaffinity(0, size, set) != 0) continue;
    std::vector<int> own;
    for (int core = 0; core < cores; ++core) {
      if (CPU_ISSET_S(static_cast<std::size_t>(core), size, set)) own.push_back(core);
    }
    return own;
  }
  return {};
}

int quota_threads(const std::filesystem::path& membership, const std::filesystem::path& root) {
  int smallest = 0;
  std::ifstream groups(membership);
  for (std::string line; std::getline(groups, line);) {  // "0::/user.slice" or "4:cpu,cpuacct:/docker/abc"
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_unified = controllers == ",,";
    if (!is_unified && controllers.find(",cpu,") == std::string::npos) continue;
    const int quota = smallest_quota(is_unified ? root : root / "cpu", line.substr(second + 1));
    if (quota > 0) smallest = smallest == 0 ? quota : std::min(smallest, quota);
  }
  return smallest;
}

int default_threads() {
  int threads = static_cast<int>(own_cores().size());
  if (threads == 0) threads = static_cast<int>(std::thread::hardware_concurrency());
  const int quota = quota_threads("/proc/self/cgroup", "/sys/fs/cgroup");
  if (quota > 0) threads = std::min(threads, quota);
  return std::max(1, threads);
}

// libgomp, which ends every parallel loop of ATen, lets a thread that waits for the others spin for milliseconds before
// it sleeps. Where another process wants the core too, a training step takes up to twenty times as long. With this
// count it takes two to five times as long; with a quarter of it, where waking a thread is slow, steps take a tenth
// more on an idle machine. libgomp reads the variable when it is loaded.
void limit_spinning() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "20000", 0);
}

}  // namespace jetvit
