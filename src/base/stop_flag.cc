#include "base/stop_flag.h"

#include <atomic>

#include <signal.h>

#include "base/error.h"

namespace jetvit {
namespace {

std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may store to it");

}  // namespace

void install_stop_handlers() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { requested.store(signal); };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // Then write() fails at the file size limit as on a full disk, and partial output is removed.
  ::signal(SIGXFSZ, SIG_IGN);
}

int stop_requested() {
  return requested.load(std::memory_order_relaxed);
}

void throw_if_stopped() {
  if (const int signal = stop_requested()) throw Interrupted(signal);
}

}  // namespace jetvit
