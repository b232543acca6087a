#pragma once

#include <string>
#include <vector>

namespace jetvit {

// The cores that a process may run on, and the machine that has them.
struct Cores {
  std::string machine;  // tells machines apart, whatever they are called
  std::vector<int> numbers;
};

// Those of this process. Throws Error if the machine cannot be told.
Cores cores_of_process();

std::string to_text(const Cores& cores);
Cores cores_from_text(const std::string& text);

// The share of its cores that process `of` can use where all are busy: 1 if no other one may run on them, 1/2 if all of
// them are those of one other process, too. Mean over its cores; 1/processes of the machine if the cores are not known.
double core_share(const std::vector<Cores>& all, int of);

}  // namespace jetvit
