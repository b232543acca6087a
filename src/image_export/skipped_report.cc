#include "image_export/skipped_report.h"

#include <cerrno>
#include <span>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr std::size_t kPendingBytes = 1 << 20;

}  // namespace

void SkippedReport::add(std::string_view lines) {
  pending_ += lines;
  if (pending_.size() >= kPendingBytes) write(false);
}

void SkippedReport::save() {
  if (size() > 0) write(true);
}

void SkippedReport::write(bool is_durable) {
  const int descriptor = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) throw_system_error(file_, "be written", errno);
  int failure = write_all(descriptor, std::as_bytes(std::span(pending_)));
  if (failure == 0 && is_durable && ::fsync(descriptor) != 0) failure = errno;
  if (::close(descriptor) != 0 || failure != 0) throw_system_error(file_, "be written", failure != 0 ? failure : errno);
  written_ += std::exchange(pending_, {}).size();
}

void SkippedReport::restore(std::uint64_t size) {
  std::error_code failed;
  const std::uint64_t found = std::filesystem::exists(file_) ? std::filesystem::file_size(file_, failed) : 0;
  if (failed || found < size) throw Error(text(file_, ": holds ", found, " bytes, expected ", size));
  if (size == 0) {
    std::filesystem::remove(file_, failed);
  } else {
    std::filesystem::resize_file(file_, size, failed);
  }
  if (failed) throw Error(text(file_, ": cannot be truncated (", failed.message(), ")"));
  written_ = size;
}

}  // namespace jetvit
