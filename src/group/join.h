#pragma once

#include <memory>
#include <string>

#include "group/process_group.h"

namespace jetvit {

// Whether this process has to start the others: it was asked for several, and no launcher started it. processes: that
// the user asked for, 0 for as many as the launcher started. Throws UsageError if a launcher started another number.
bool has_to_launch(int processes);

// Joins the processes that a launcher started together with this one. Null if it started this one alone.
std::unique_ptr<ProcessGroup> join_processes(const GroupOptions& options);

// The threads of this process on a machine that it shares with others of the group, of the `threads` that it could run
// alone: all of them if the launcher gave each process cores of its own.
int threads_of_process(int threads, const ProcessGroup& group);

// The device that `name` means to this process: "cuda" is the GPU of its own number among the processes of
// this machine, from 0. Other names mean the same to all.
std::string device_of_process(const std::string& name, const ProcessGroup& group);

}  // namespace jetvit
