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
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = [](int sent) { requested.store(sent); };
    action.sa_flags = SA_RESTART | (signal == SIGINT ? SA_RESETHAND : 0);
    ::sigaction(signal, &action, nullptr);
  }
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
