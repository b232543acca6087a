#include "base/threads.h"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sched.h>

#include "support/temp_folder.h"

namespace jetvit {
namespace {

void write(const std::filesystem::path& file, const char* content) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << content;
}

// The affinity is set by the system call of taskset, in a thread of its own, so that other tests keep their cores.
TEST(DefaultThreads, IsTheAffinityNotTheMachine) {
  int threads = 0;
  std::thread([&] {
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    int core = 0;
    while (!CPU_ISSET(core, &before)) ++core;
    CPU_SET(core, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
    threads = default_threads();
  }).join();
  EXPECT_EQ(threads, 1);
}

TEST(QuotaThreads, RoundsUpAndTakesTheSmallestOfAllGroups) {
  const test::TempFolder folder;
  write(folder / "membership", "0::/user.slice/job\n");
  write(folder / "root/user.slice/job/cpu.max", "350000 100000\n");
  write(folder / "root/user.slice/cpu.max", "max 100000\n");
  EXPECT_EQ(quota_threads(folder / "membership", folder / "root"), 4);
  write(folder / "root/user.slice/cpu.max", "200000 100000\n");
  EXPECT_EQ(quota_threads(folder / "membership", folder / "root"), 2);
}

TEST(QuotaThreads, ReadsVersionOne) {
  const test::TempFolder folder;
  write(folder / "membership", "5:memory:/a\n4:cpu,cpuacct:/a/b\n");
  write(folder / "root/cpu/a/b/cpu.cfs_quota_us", "-1\n");
  write(folder / "root/cpu/a/b/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota_threads(folder / "membership", folder / "root"), 0);
  write(folder / "root/cpu/a/cpu.cfs_quota_us", "100000\n");
  write(folder / "root/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota_threads(folder / "membership", folder / "root"), 1);
}

TEST(QuotaThreads, IsZeroWithoutGroups) {
  const test::TempFolder folder;
  EXPECT_EQ(quota_threads(folder / "absent", folder / "absent"), 0);
}

}  // namespace
}  // namespace jetvit
