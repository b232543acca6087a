#include "base/stop_flag.h"

#include <atomic>
#include <cmath>

#include <signal.h>
#include <sys/time.h>

#include "base/error.h"

namespace jetvit {
namespace {

std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may store to it");

void request_stop(int signal, int flags) {
  struct sigaction action {};
  action.sa_handler = [](int sent) { requested.store(sent); };
  action.sa_flags = SA_RESTART | flags;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void install_stop_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    request_stop(signal, signal == SIGINT ? SA_RESETHAND : 0);
  }
  // Then write() fails at the file size limit as on a full disk, and partial output is removed.
  ::signal(SIGXFSZ, SIG_IGN);
}

void stop_after(double seconds) {
  request_stop(SIGALRM, 0);
  const double whole = std::floor(seconds);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(whole);
  timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - whole) * 1e6);
  if (::setitimer(ITIMER_REAL, &timer, nullptr) != 0) throw Error("the timer of the time limit cannot be set");
}

int stop_requested() {
  return requested.load(std::memory_order_relaxed);
}

void throw_if_stopped() {
  if (const int signal = stop_requested()) throw Interrupted(signal);
}

}  // namespace jetvit
