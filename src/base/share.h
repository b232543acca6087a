#pragma once

#include <cstddef>

namespace jetvit {

// Which pieces of a piece of work are those of one process among several.
struct Share {
  std::size_t process = 0, processes = 1;

  struct Range {
    std::size_t first = 0, last = 0;  // the pieces [first, last)
  };

  bool is_all() const { return processes == 1; }

  // Where the pieces are dealt one by one as they come.
  bool has(std::size_t piece) const { return piece % processes == process; }

  // Where their number is known: consecutive ones, as many for every process, but for one.
  Range of(std::size_t pieces) const { return {process * pieces / processes, (process + 1) * pieces / processes}; }
};

}  // namespace jetvit
