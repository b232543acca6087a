#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace jetvit {

// The environment variable that names the launcher to the processes: "jetvit".
inline constexpr const char* kLauncher = "JETVIT_LAUNCHER";

// The exit status of a process that ended because another one did, or did not answer: it is not the cause.
inline constexpr int kPeerLostStatus = 75;  // EX_TEMPFAIL of sysexits.h

// Starts `processes` copies of a program on this host, which find their places in the environment (place_from()), and
// waits until all have ended. arguments: of the program, beginning with its path.
//
// Rank 0 has this process's input and outputs. What the others write to their outputs comes to standard error, each
// line with the rank before it. SIGINT, SIGTERM, SIGHUP and SIGUSR1 are passed on. If a process fails, the others are
// asked to end, and killed after `grace`. If this process is killed, the kernel kills them.
//
// Throws ProcessFailed if one failed, which names the rank of the first one and its last words, with its exit status:
// 128 + N if signal N ended it. Without a message if all stopped because they were asked to, with that status. Throws
// Error if the processes cannot be started.
void launch(const std::vector<std::string>& arguments, int processes,
            std::chrono::milliseconds grace = std::chrono::seconds(1));

}  // namespace jetvit
