#include "app/other_options.h"

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void refuse_other_options(const CLI::App& command, const std::vector<std::string>& allowed,
                          const std::string& purpose) {
  std::vector<std::string> given;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    const bool is_allowed = option->get_positional() || name == "--threads" || contains(allowed, name);
    if (option->count() > 0 && !is_allowed) given.push_back(name);
  }
  if (given.empty()) return;
  throw UsageError(text(join(given, ", "), given.size() == 1 ? " does" : " do", " not apply to ", purpose, " (",
                        given.size() == 1 ? "leave it out" : "leave them out", ")"));
}

}  // namespace jetvit
