#include "ops/explain_torch_failure.h"

#include <c10/util/Exception.h>

#include "base/explain_failure.h"
#include "base/text.h"

namespace jetvit {

std::string explain_torch_failure(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  if (of_torch == nullptr) return explain_failure(error);
  const std::string message = of_torch->what_without_backtrace();
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  const bool lacks_memory = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
                            says("can't allocate memory") || says("Storage size calculation overflowed");
  return lacks_memory ? not_enough_memory(text(": ", message)) : message;
}

}  // namespace jetvit
