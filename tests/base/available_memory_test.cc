#include "base/available_memory.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/commit.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kGibibyte = 1 << 30;

// Files as the kernel writes them (Documentation/filesystems/proc.rst and admin-guide/cgroup-v1, cgroup-v2).
class Kernel {
 public:
  Kernel() { write("proc/meminfo", "MemTotal:       25165824 kB\nMemFree:  1024 kB\nMemAvailable:   8388608 kB\n"); }

  void write(const std::string& name, const std::string& content) const {
    create_folder((root_ / name).parent_path());
    commit_text(root_ / name, content);
  }
  void group(const std::string& folder, const std::string& limit, std::uint64_t used, std::uint64_t droppable) const {
    const bool first = folder.find("/memory") != std::string::npos;
    write(folder + (first ? "/memory.limit_in_bytes" : "/memory.max"), limit + "\n");
    write(folder + (first ? "/memory.usage_in_bytes" : "/memory.current"), std::to_string(used) + "\n");
    const std::string name = first ? "total_inactive_file" : "inactive_file";
    write(folder + "/memory.stat", "anon 5\n" + name + " " + std::to_string(droppable) + "\nactive_file 7\n");
  }
  AvailableMemory available() const { return available_memory(root_.path()).value_or(AvailableMemory{}); }

 private:
  test::TempFolder root_;
};

TEST(AvailableMemory, IsThatOfTheMachineWithoutAGroup) {
  const Kernel kernel;
  EXPECT_EQ(kernel.available().bytes, 8 * kGibibyte);
  EXPECT_EQ(kernel.available().limit, "on this machine");
  kernel.write("proc/self/cgroup", "0::/user.slice\n");
  kernel.group("sys/fs/cgroup/user.slice", "max", kGibibyte, 0);
  EXPECT_EQ(kernel.available().bytes, 8 * kGibibyte) << "a group without a limit";
  kernel.group("sys/fs/cgroup/user.slice", "99999999999999", kGibibyte, 0);
  EXPECT_EQ(kernel.available().bytes, 8 * kGibibyte) << "a limit beyond the machine";
}

TEST(AvailableMemory, GroupsOfVersion2LimitAtEveryLevel) {
  const Kernel kernel;
  kernel.write("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
  kernel.group("sys/fs/cgroup/slurm/job_7/step_0", "max", kGibibyte, 0);
  kernel.group("sys/fs/cgroup/slurm/job_7", std::to_string(4 * kGibibyte), 3 * kGibibyte, kGibibyte);
  EXPECT_EQ(kernel.available().bytes, 2 * kGibibyte) << "a file cache can be dropped";
  EXPECT_EQ(kernel.available().limit, "within the limit of 4.3 GB of its control group");
  kernel.group("sys/fs/cgroup/slurm", std::to_string(2 * kGibibyte), 3 * kGibibyte, 0);
  EXPECT_EQ(kernel.available().bytes, 0U) << "more used than allowed";
}

TEST(AvailableMemory, GroupsOfVersion1AndContainersThatSeeTheirOwnAlone) {
  const Kernel kernel;
  kernel.write("proc/self/cgroup", "12:cpu,cpuacct:/x\n5:hugetlb,memory:/docker/abc\n0::/elsewhere\n");
  kernel.group("sys/fs/cgroup/memory", std::to_string(6 * kGibibyte), kGibibyte, 0);
  EXPECT_EQ(kernel.available().bytes, 5 * kGibibyte) << "the path is that of the host";
  kernel.group("sys/fs/cgroup/memory/docker/abc", std::to_string(3 * kGibibyte), kGibibyte, 0);
  EXPECT_EQ(kernel.available().bytes, 2 * kGibibyte);
}

TEST(AvailableMemory, IsUnknownWhereTheKernelTellsNothing) {
  const test::TempFolder nothing;
  EXPECT_FALSE(available_memory(nothing.path()).has_value());
}

// Not more than the machine has, by the C library's count.
TEST(AvailableMemory, OfThisMachineIsPartOfAllOfIt) {
  const auto available = available_memory();
  ASSERT_TRUE(available.has_value());
  EXPECT_GT(available->bytes, 1U << 20);
  EXPECT_LE(available->bytes, static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                                  static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace
}  // namespace jetvit
