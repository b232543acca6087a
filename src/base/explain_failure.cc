#include "base/explain_failure.h"

#include <new>

#include "base/text.h"

namespace jetvit {

std::string explain_failure(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ? not_enough_memory("") : error.what();
}

std::string not_enough_memory(std::string_view detail) {
  return text("there is not enough memory", detail, " (take a smaller batch, smaller images or fewer threads)");
}

}  // namespace jetvit
