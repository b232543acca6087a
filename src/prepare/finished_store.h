#pragma once

#include <filesystem>

#include "base/options.h"
#include "prepare/prepare.h"

namespace jetvit {

// A preparation that has ended is started again by batch systems, and by a person who does not know that it has ended.
// The same command finds its result then; another one is refused.

// Whether `out` is the complete result of `command`, so that nothing is left to do; false with `overwrite`. is_part:
// whether `command` prepares a part of a store. Throws Error if `out` is a store or part that may not be replaced (it
// says how the commands differ), or a store where a part is to be written (or vice versa).
bool is_finished(const std::filesystem::path& out, const Json& command, bool overwrite, bool is_part);

// For `made`, the command that made the existing output `out`: throws Error, saying how `command` differs, if it is not
// the same, or if `made` is empty: earlier versions did not write it down.
void refuse_other_command(const std::filesystem::path& out, const Json& made, const Json& command);

// The result of the finished preparation. Removes what it left if it was killed after its last step. Throws Error if
// `out` is damaged or not complete.
PrepareResult finished_store(const std::filesystem::path& out, bool is_part);

}  // namespace jetvit
