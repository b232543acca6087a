#include "app/safe_output.h"

#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

SafeOutput::SafeOutput(std::ostream& stream) : stream_(stream), target_(stream.rdbuf(this)) {}

SafeOutput::~SafeOutput() {
  pass_on(true);
  stream_.rdbuf(target_);
}

// Passes on what is pending; without `whole`, as far as the last line end: a character may have arrived in part.
bool SafeOutput::pass_on(bool whole) {
  const std::size_t size = whole ? pending_.size() : pending_.rfind('\n') + 1;
  const std::string safe = terminal_safe(std::string_view(pending_).substr(0, size));
  pending_.erase(0, size);
  const auto count = static_cast<std::streamsize>(safe.size());
  errno = 0;
  if (target_->sputn(safe.data(), count) == count) return true;
  if (cause_ == 0) cause_ = errno;
  return false;
}

SafeOutput::int_type SafeOutput::overflow(int_type letter) {
  if (traits_type::eq_int_type(letter, traits_type::eof())) return traits_type::not_eof(letter);
  const char one = traits_type::to_char_type(letter);
  return xsputn(&one, 1) == 1 ? letter : traits_type::eof();
}

std::streamsize SafeOutput::xsputn(const char* letters, std::streamsize count) {
  pending_.append(letters, static_cast<std::size_t>(count));
  return pass_on(false) ? count : 0;
}

int SafeOutput::sync() {
  if (!pass_on(true)) return -1;
  errno = 0;
  if (target_->pubsync() == 0) return 0;
  if (cause_ == 0) cause_ = errno;
  return -1;
}

void SafeOutput::finish() {
  if (stream_.flush()) return;
  const std::string reason = cause_ != 0 ? text(" (", std::generic_category().message(cause_), ")") : "";
  throw Error("standard output cannot be written" + reason);
}

}  // namespace jetvit
