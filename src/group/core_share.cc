#include "group/core_share.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"

namespace jetvit {

Cores cores_of_process() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");  // of no size, like all files there
  Cores own;
  if (!std::getline(file, own.machine)) throw Error("/proc/sys/kernel/random/boot_id cannot be read");
  own.numbers = own_cores();
  return own;
}

std::string to_text(const Cores& cores) {
  std::string words = cores.machine;
  for (const int core : cores.numbers) words += text(" ", core);
  return words;
}

Cores cores_from_text(const std::string& text) {
  std::istringstream words(text);
  Cores cores;
  words >> cores.machine;
  for (int core = 0; words >> core;) cores.numbers.push_back(core);
  return cores;
}

double core_share(const std::vector<Cores>& all, int of) {
  const Cores& own = all.at(static_cast<std::size_t>(of));
  const auto users = [&](const auto& uses) {
    return static_cast<double>(std::count_if(
        all.begin(), all.end(), [&](const Cores& one) { return one.machine == own.machine && uses(one.numbers); }));
  };
  if (own.numbers.empty()) return 1 / users([](const std::vector<int>&) { return true; });
  double shares = 0;
  for (const int core : own.numbers) {
    shares += 1 / users([core](const std::vector<int>& cores) {
                return cores.empty() || std::find(cores.begin(), cores.end(), core) != cores.end();
              });
  }
  return shares / static_cast<double>(own.numbers.size());
}

}  // namespace jetvit
