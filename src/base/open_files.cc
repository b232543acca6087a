#include "base/open_files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>

#include <sys/resource.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kReserve = 128;  // for libraries, sockets, and what a run writes

std::size_t open_files() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

}  // namespace

void allow_open_files(std::size_t more, const std::string& where) {
  const rlim_t needed = open_files() + more + kReserve;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw_system_error(where, "ask for the limit of open files", errno);
  if (needed <= limit.rlim_cur) return;
  if (needed > limit.rlim_max) {
    throw Error(text(where, ": needs ", needed, " open files, of which ", more,
                     " are its own (the hard limit of this process is ", limit.rlim_max,
                     "; raise it with ulimit -n or in /etc/security/limits.conf)"));
  }
  limit.rlim_cur = needed;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) throw_system_error(where, "raise the limit of open files", errno);
}

}  // namespace jetvit
