#pragma once

#include <functional>
#include <string>
#include <vector>

#include "group/place.h"

namespace jetvit::test {

// Runs `work` in forks of this process, each with its place on the loopback, and waits for them. Returns what each one
// answered: "status N" for one that ended before, "error: ..." for one that threw.
std::vector<std::string> run_ranks(int processes, const std::function<std::string(const Place&)>& work);

}  // namespace jetvit::test
