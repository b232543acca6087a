#include "app/terminal_reporter.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/flag_names.h"
#include "base/clock.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kDefaultWidth = 80;
constexpr std::size_t kNoLimit = 1000;

bool is_terminal() {
  return ::isatty(STDERR_FILENO) != 0;
}

// One less than the terminal has: a full line would wrap on some.
std::size_t terminal_width() {
  winsize size{};
  const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return (is_known ? size.ws_col : kDefaultWidth) - 1;
}

// "  ETA 1:05, run 1:02:05"
std::string time_left(const ProgressReport& report) {
  std::string out;
  if (report.seconds_left() >= 0) out = text("  ETA ", human_seconds(report.seconds_left()));
  if (report.run_seconds_left >= 0) {
    out += text(out.empty() ? "  ETA run " : ", run ", human_seconds(report.run_seconds_left));
  }
  return out;
}

// The parts of a note, which two spaces separate.
std::vector<std::string> parts_of(std::string_view note) {
  std::vector<std::string> parts;
  while (!note.empty()) {
    const std::size_t end = std::min(note.find("  "), note.size());
    if (end > 0) parts.emplace_back(note.substr(0, end));
    note.remove_prefix(std::min(end + 2, note.size()));
  }
  return parts;
}

}  // namespace

std::string progress_line(const ProgressReport& report, std::size_t width) {
  constexpr std::size_t kWidestBar = 24, kNarrowestBar = 4;
  constexpr std::size_t kFrame = 4;  // two spaces and the brackets
  const double share =
      report.total > 0 ? std::min(1.0, static_cast<double>(report.done) / static_cast<double>(report.total)) : 0;
  std::string line = one_line(report.what);
  const std::size_t name_end = line.size();
  line += report.total > 0 ? text("  ", fixed(100 * share, 0), " %")
                           : text("  ", with_commas(report.done), " ", report.unit);
  const double rate = report.rate();
  // From the most important on, as many as fit.
  std::vector<std::string> parts = {time_left(report),
                                    text("  ", fixed(rate, rate < 10 ? 1 : 0), " ", report.unit, "/s")};
  const std::size_t before_bar = parts.size();
  for (const std::string& part : parts_of(report.note)) parts.push_back("  " + one_line(part));
  const std::size_t bar_room = report.total > 0 ? kNarrowestBar + kFrame : 0;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    if (line.size() + parts[index].size() + (index < before_bar ? 0 : bar_room) > width) break;
    line += parts[index];
  }
  if (report.total > 0 && line.size() + bar_room <= width) {
    const std::size_t length = std::min(kWidestBar, width - line.size() - kFrame);
    const auto filled = static_cast<std::size_t>(static_cast<double>(length) * share);
    line.insert(name_end, text("  [", std::string(filled, '='), std::string(length - filled, ' '), "]"));
  }
  return line.substr(0, width);
}

std::string wrapped(std::string_view line, std::size_t width) {
  constexpr std::string_view kIndent = "    ";
  std::string out;
  std::size_t room = width;
  while (line.size() > room) {
    std::size_t end = line.rfind("  ", room);
    // The word that leads the line, as "epoch 3/20", is not left alone.
    if (end == std::string_view::npos || end < room / 2) end = line.rfind(' ', room);
    if (end == std::string_view::npos || end == 0) end = line.find(' ', room);
    if (end == std::string_view::npos) break;
    out += text(line.substr(0, line.find_last_not_of(' ', end) + 1), "\n", kIndent);
    line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
    room = width > 2 * kIndent.size() ? width - kIndent.size() : width;
  }
  return out += line;
}

void TerminalReporter::clear_line() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

void TerminalReporter::write_line(std::string_view line) {
  const std::string shown = one_line(with_flags(line));
  std::fputs(((is_terminal() ? wrapped(shown, terminal_width()) : shown) + "\n").c_str(), stderr);
}

void TerminalReporter::note(std::string_view line) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  clear_line();
  write_line(line);
}

void TerminalReporter::warn(std::string_view line) {
  const std::lock_guard lock(mutex_);
  clear_line();
  write_line(line);
}

void TerminalReporter::progress(const ProgressReport& report) {
  if (quiet_) return;
  const std::lock_guard lock(mutex_);
  if (is_terminal()) {
    std::fputs(text("\r\033[K", progress_line(report, terminal_width())).c_str(), stderr);
    drawn_ = true;
    return;
  }
  const double now = monotonic_seconds();
  if (last_line_ < 0) last_line_ = now;  // short work says nothing before its summary
  if (now - last_line_ < file_interval_) return;
  last_line_ = now;
  std::fputs((progress_line(report, kNoLimit) + "\n").c_str(), stderr);
}

void TerminalReporter::end_progress() {
  const std::lock_guard lock(mutex_);
  clear_line();
}

}  // namespace jetvit
