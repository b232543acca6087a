#include "group/store_descriptor.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

std::optional<int> inherited_store_descriptor() {
  const char* const value = std::getenv(kStoreDescriptor);
  if (value == nullptr) return std::nullopt;
  int descriptor = -1;
  struct stat about = {};
  const bool is_number = std::from_chars(value, value + std::strlen(value), descriptor).ec == std::errc();
  if (is_number && fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode)) return descriptor;
  throw UsageError(text("the environment variable ", kStoreDescriptor, " is \"", printable(value),
                        "\", not the descriptor of a socket (jetvit sets it for its own processes; remove it)"));
}

}  // namespace jetvit
