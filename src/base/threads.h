#pragma once

#include <filesystem>
#include <vector>

namespace jetvit {

// The numbers of the cores in this process's affinity, in order. Empty where the kernel does not report them.
std::vector<int> own_cores();

// The threads that this process can run at the same time: the cores of its affinity (sched_getaffinity(2); taskset,
// Slurm and cpusets set it), or fewer where the CPU quota of its control group allows less. At least 1.
int default_threads();

// The cores that the control groups of a process allow by quota, rounded up; 0 where they set none. Reads cpu.max
// (version 2) and cpu.cfs_quota_us (version 1) of the group and of those above it. `membership` is the process's
// /proc/self/cgroup, `root` where control groups are mounted: /sys/fs/cgroup.
int quota_threads(const std::filesystem::path& membership, const std::filesystem::path& root);

// For programs that this process starts with its environment: lets their idle threads of libgomp sleep soon where other
// processes want the cores too. What the user has set stays.
void limit_spinning();

}  // namespace jetvit
