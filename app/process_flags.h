#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "app/compute_flags.h"
#include "group/process_group.h"

namespace jetvit {

// --processes and --process-timeout, which mean the same for every command that runs on several processes.
struct ProcessFlags {
  int processes = 0;    // 0: as many as a launcher started
  double timeout = 10;  // minutes
};

// what: "train", for the help.
void add_process_flags(CLI::App& app, ProcessFlags& flags, const std::string& what);

// Calls `work` in each of the processes, null standing for one alone: in those that this one starts, or in this one
// together with those of a launcher. Reports are those of rank 0. folder: see GroupOptions. Throws what launch(),
// ProcessGroup and `work` throw.
void run_processes(const ProcessFlags& flags, const std::filesystem::path& folder,
                   const std::function<void(const ProcessGroup* group)>& work);

// What --device, --precision and --threads come to in one of several processes: --device cuda is a GPU of its own, and
// those of a host share its threads, unless the user set those of each.
ComputeOptions compute_options(const ComputeFlags& flags, const ProcessGroup* group);

}  // namespace jetvit
