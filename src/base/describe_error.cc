#include "base/describe_error.h"

#include <new>

#include "base/text.h"

namespace jetvit {

std::string describe_error(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ? not_enough_memory("") : error.what();
}

std::string not_enough_memory(std::string_view detail) {
  return text("not enough memory", detail, " (use a smaller batch, smaller images or fewer threads)");
}

}  // namespace jetvit
