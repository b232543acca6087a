#include "app/safe_output.h"

#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

SafeOutput::SafeOutput(std::ostream& stream) : stream_(stream), target_(stream.rdbuf(this)) {}

SafeOutput::~SafeOutput() {
  pass_on(pending_.size());
  stream_.rdbuf(target_);
}

// Keeps the cause of the first failure.
bool SafeOutput::succeeded(bool outcome) {
  if (!outcome && cause_ == 0) cause_ = errno;
  return outcome;
}

bool SafeOutput::pass_on(std::size_t size) {
  const std::string safe = terminal_safe(std::string_view(pending_).substr(0, size));
  pending_.erase(0, size);
  const auto count = static_cast<std::streamsize>(safe.size());
  errno = 0;
  return succeeded(target_->sputn(safe.data(), count) == count);
}

SafeOutput::int_type SafeOutput::overflow(int_type letter) {
  if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
  const char one = traits_type::to_char_type(letter);
  return xsputn(&one, 1) == 1 ? letter : traits_type::eof();
}

// Passes on whole lines: a character may have arrived in part.
std::streamsize SafeOutput::xsputn(const char* letters, std::streamsize count) {
  const std::string_view arrived(letters, static_cast<std::size_t>(count));
  const std::size_t before = pending_.size();
  pending_.append(arrived);
  const std::size_t end = arrived.rfind('\n');
  return end == std::string_view::npos || pass_on(before + end + 1) ? count : 0;
}

int SafeOutput::sync() {
  if (!pass_on(pending_.size())) return -1;
  errno = 0;
  return succeeded(target_->pubsync() == 0) ? 0 : -1;
}

void SafeOutput::finish() {
  if (stream_.flush()) return;
  const std::string reason = cause_ != 0 ? text(" (", std::generic_category().message(cause_), ")") : "";
  throw Error("standard output cannot be written" + reason);
}

}  // namespace jetvit
