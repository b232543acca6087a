#include "base/describe_error.h"

#include <filesystem>
#include <new>

#include "base/text.h"

namespace jetvit {

std::string describe_error(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return not_enough_memory("");
  if (const auto* of_file = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    return text(printable(of_file->path1().native()), ": cannot be used (", of_file->code().message(), ")");
  }
  return error.what();
}

std::string not_enough_memory(std::string_view detail) {
  return text("not enough memory", detail, " (use a smaller batch, train.accumulate, smaller images or fewer threads)");
}

}  // namespace jetvit
