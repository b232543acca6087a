#include "group/launch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "group/network.h"
#include "group/store_descriptor.h"

namespace jetvit {
namespace {

constexpr int kCannotStart = 127;
constexpr std::size_t kLongestLine = 4096;
constexpr const char* kMessage = "jetvit: ";  // how a line begins that says why a process ends
constexpr std::array<int, 4> kStops = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

[[noreturn]] void fail(const char* what) {
  throw Error(text("cannot start processes (", what, ": ", std::strerror(errno), ")"));
}

// Blocks the signals that a launcher waits for, and gives them as a descriptor that poll() knows.
class Signals {
 public:
  Signals() {
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, SIGCHLD);
    for (const int signal : kStops) sigaddset(&waited, signal);
    if (sigprocmask(SIG_BLOCK, &waited, &before_) != 0) fail("sigprocmask");
    descriptor_ = signalfd(-1, &waited, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) fail("signalfd");
  }
  ~Signals() {
    close(descriptor_);
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return descriptor_; }
  const sigset_t& before() const { return before_; }

  // Those that came since the last call.
  std::vector<int> take() const {
    std::vector<int> signals;
    signalfd_siginfo about = {};
    while (read(descriptor_, &about, sizeof about) == sizeof about)
      signals.push_back(static_cast<int>(about.ssi_signo));
    return signals;
  }

 private:
  int descriptor_ = -1;
  sigset_t before_ = {};
};

struct Process {
  pid_t id = -1;
  int output = -1;  // the end from which this process reads what that one writes; -1: nothing more comes
  std::string line, last_line;
  std::optional<int> status;  // of the shell's kind, once it has ended
};

// The state of a process that runs: "T" where it is stopped.
std::string state_of(pid_t process) {
  std::ifstream file(text("/proc/", process, "/stat"));
  std::string line;
  std::getline(file, line);
  const std::size_t end = line.rfind(')');
  return end == std::string::npos || end + 2 >= line.size() ? "" : line.substr(end + 2, 1);
}

// Whether the process ended with a message about an error.
bool is_error(const Process& process) {
  return process.status == 1 || process.status == 2;
}

class Launch {
  // What happens at the deadline with the processes that are left.
  enum class Next : std::uint8_t { kNothing, kAsk, kKill };

 public:
  Launch(const std::vector<std::string>& arguments, int processes, std::chrono::milliseconds grace)
      : grace_(std::chrono::duration<double>(grace).count()), store_({kLoopback, 0}) {
    for (int rank = 0; rank < processes; ++rank) processes_.push_back(start(arguments, rank, processes));
    close(store_.release());
  }

  ~Launch() {
    for (Process& process : processes_) {
      if (!process.status) {
        kill(process.id, SIGKILL);
        waitpid(process.id, nullptr, 0);
      }
      if (process.output >= 0) close(process.output);
    }
  }
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  void wait() {
    while (std::any_of(processes_.begin(), processes_.end(), [](const Process& one) { return !one.status; })) {
      wait_for_news();
      for (const int signal : signals_.take()) {
        if (signal != SIGCHLD) send_all(signal);
      }
      for (std::size_t rank = 0; rank < processes_.size(); ++rank) collect(rank);
      if (deadline_ && monotonic_seconds() >= *deadline_) meet_deadline();
    }
    if (failed_ && stopped_ && *processes_[*failed_].status == kPeerLostStatus) {
      const bool is_told = *processes_[0].status == *stopped_;  // by rank 0 itself
      throw ProcessFailed(is_told ? "" : Interrupted(*stopped_ - kSignalBase).what(), *stopped_);
    }
    const bool is_told = !silent_ && is_error(processes_[0]);
    if (failed_) throw ProcessFailed(is_told ? "" : describe_failure(), *processes_[*failed_].status);
    if (*processes_[0].status != 0) throw ProcessFailed("", *processes_[0].status);
  }

 private:
  Process start(const std::vector<std::string>& arguments, int rank, int processes) {
    std::array<int, 2> ends = {-1, -1};
    const bool is_shown = rank == 0;  // it writes to the terminal itself
    if (!is_shown && pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    const pid_t launcher = getpid();
    const pid_t id = fork();
    if (id < 0) fail("fork");
    if (id == 0) {
      become(arguments, rank, processes, ends[1], launcher);
      _exit(kCannotStart);
    }
    if (!is_shown) close(ends[1]);
    return {.id = id, .output = ends[0], .line = {}, .last_line = {}, .status = {}};
  }

  // In the new process.
  void become(const std::vector<std::string>& arguments, int rank, int processes, int output, pid_t launcher) {
    setpgid(0, 0);  // a signal of the terminal reaches the launcher alone, which passes it on once
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launcher) return;  // it died before that call
    sigprocmask(SIG_SETMASK, &signals_.before(), nullptr);
    if (output >= 0) {
      dup2(output, STDOUT_FILENO);
      dup2(output, STDERR_FILENO);
      const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
      dup2(nothing, STDIN_FILENO);
    } else {
      fcntl(store_.descriptor(), F_SETFD, 0);  // stays open in the program
      setenv(kStoreDescriptor, std::to_string(store_.descriptor()).c_str(), 1);
    }
    const auto set = [](const char* name, int value) { setenv(name, std::to_string(value).c_str(), 1); };
    set("RANK", rank);
    set("LOCAL_RANK", rank);
    set("WORLD_SIZE", processes);
    set("LOCAL_WORLD_SIZE", processes);
    set("MASTER_PORT", store_.port());
    setenv("MASTER_ADDR", kLoopback, 1);
    setenv(kLauncher, "jetvit", 1);
    std::vector<char*> words;
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    execv(words.front(), words.data());
  }

  void wait_for_news() {
    std::vector<pollfd> waited = {{signals_.descriptor(), POLLIN, 0}};
    for (const Process& process : processes_) waited.push_back({process.output, POLLIN, 0});  // -1 is passed over
    constexpr double kNever = -1;
    const double left = deadline_ ? std::max(0.0, *deadline_ - monotonic_seconds()) : kNever;
    poll(waited.data(), waited.size(), left < 0 ? -1 : static_cast<int>(1000 * left) + 1);
  }

  void send_all(int signal) {
    for (const Process& process : processes_) {
      if (!process.status) kill(process.id, signal);
    }
  }

  // Reads what the process has written, and whether it has ended.
  void collect(std::size_t rank) {
    Process& process = processes_[rank];
    read_output(rank);
    int status = 0;
    if (process.status || waitpid(process.id, &status, WNOHANG) != process.id) return;
    read_output(rank);
    process.status = WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
    const bool is_stopped =
        *process.status > kSignalBase && WIFEXITED(status);  // it saved, and left as it was asked to
    if (is_stopped && !stopped_) stopped_ = process.status;
    if (*process.status == 0 || is_stopped || next_ == Next::kKill) return;
    const bool is_cause = *process.status != kPeerLostStatus;
    if (!failed_ || (is_cause && *processes_[*failed_].status == kPeerLostStatus)) failed_ = rank;
    if (*process.status > kSignalBase) {
      end_rest();
    } else if (next_ == Next::kNothing) {  // the others may end by themselves, and one of them may be the cause
      next_ = Next::kAsk;
      deadline_ = monotonic_seconds() + grace_;
    }
  }

  // Asks the processes that are left to end.
  void end_rest() {
    send_all(SIGTERM);
    send_all(SIGCONT);
    next_ = Next::kKill;
    deadline_ = monotonic_seconds() + grace_;
  }

  void meet_deadline() {
    if (next_ == Next::kKill) {
      deadline_.reset();
      return send_all(SIGKILL);
    }
    // Where all that have ended missed another one, it is still there.
    const bool is_missed = *processes_[*failed_].status == kPeerLostStatus;
    const auto silent = std::find_if(processes_.begin(), processes_.end(), [](const auto& one) { return !one.status; });
    if (is_missed && !stopped_ && silent != processes_.end()) {
      silent_ = static_cast<std::size_t>(silent - processes_.begin());
      is_stopped_ = state_of(silent->id) == "T";
    }
    end_rest();
  }

  void read_output(std::size_t rank) {
    Process& process = processes_[rank];
    while (process.output >= 0) {
      pollfd waited = {process.output, POLLIN, 0};
      if (poll(&waited, 1, 0) != 1) return;
      std::array<char, kLongestLine> bytes;
      const ssize_t count = read(process.output, bytes.data(), bytes.size());
      if (count <= 0) {
        close(process.output);
        process.output = -1;
        if (!process.line.empty()) end_line(rank);
        return;
      }
      for (const char letter : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
        if (letter == '\n' || process.line.size() == kLongestLine) end_line(rank);
        if (letter != '\n') process.line += letter;
      }
    }
  }

  void end_line(std::size_t rank) {
    Process& process = processes_[rank];
    // A last message is that of rank 0, too, or the launcher tells it.
    if (!process.line.starts_with(kMessage)) reporter().note(text("[rank ", rank, "] ", printable(process.line)));
    process.last_line = std::exchange(process.line, "");
  }

  std::string describe_failure() const {
    const std::size_t rank = silent_.value_or(*failed_);
    const Process& process = processes_[rank];
    std::string what = text("status ", *process.status);
    if (silent_) {
      what = is_stopped_ ? "no answer, for it is stopped" : "no answer";
    } else if (*process.status > kSignalBase) {
      what = text("signal ", *process.status - kSignalBase, " (", strsignal(*process.status - kSignalBase), ")");
    }
    const std::string words = process.last_line.empty() ? "" : text("; its last words: ", printable(process.last_line));
    return text("rank ", rank, " of ", processes_.size(), " (process ", process.id, ") failed: ", what, words);
  }

  Signals signals_;
  double grace_;
  Listener store_;
  std::vector<Process> processes_;
  std::optional<std::size_t> failed_, silent_;  // ranks
  std::optional<int> stopped_;                  // status of the first that left as it was asked to
  bool is_stopped_ = false;                     // the silent one, by a signal
  Next next_ = Next::kNothing;
  std::optional<double> deadline_;
};

}  // namespace

void launch(const std::vector<std::string>& arguments, int processes, std::chrono::milliseconds grace) {
  Launch(arguments, processes, grace).wait();
}

}  // namespace jetvit
