#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace jetvit {

// Throws UsageError if the user gave an option of `command` other than these ("--out"): it would have no effect.
// `purpose` completes "--verify does not apply to ...", such as "weights". --threads and positionals are always
// allowed.
void refuse_other_options(const CLI::App& command, const std::vector<std::string>& allowed, const std::string& purpose);

}  // namespace jetvit
