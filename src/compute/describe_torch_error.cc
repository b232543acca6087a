#include "compute/describe_torch_error.h"

#include <string_view>

#include <c10/util/Exception.h>

#include "base/describe_error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// CUDA's message continues with the state of its allocator and with settings of libtorch.
std::string without_details(const std::string& message) {
  constexpr std::string_view kLast = " is free";
  const std::size_t last = message.find(text(kLast, '.'));
  return last == std::string::npos ? message : message.substr(0, last + kLast.size());
}

}  // namespace

std::string describe_torch_error(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  if (of_torch == nullptr) return describe_error(error);
  const std::string message = of_torch->what_without_backtrace();
  const auto contains = [&](const char* words) { return message.find(words) != std::string::npos; };
  const bool lacks_memory = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
                            contains("can't allocate memory") || contains("Storage size calculation overflowed");
  return lacks_memory ? not_enough_memory(text(": ", without_details(message))) : message;
}

}  // namespace jetvit
