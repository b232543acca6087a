#pragma once

#include <algorithm>
#include <cstddef>

namespace jetvit {

// A range of positions in a batch.
struct BatchRange {
  std::size_t first = 0, last = 0;

  std::size_t size() const { return last - first; }
};

// How batches are cut into parts, and the parts dealt in order to processes. Parts hold an even number of jets, because
// the jets 2 k and 2 k + 1 of a batch are mixed with each other. In a small batch the last ones hold fewer, or none.
struct BatchShares {
  int parts = 1;
  int process = 0, processes = 1;
  // Whether the parts are the same for any number of processes. Otherwise there is one of each process, and a batch
  // that is too small for all of them stays whole, in process 0.
  bool is_fixed = false;

  // Whether batches are cut at all, or one of a single part is treated as if they were.
  bool has_parts() const { return is_fixed || processes > 1; }

  int first_part() const { return static_cast<int>(static_cast<long long>(process) * parts / processes); }
  int last_part() const { return static_cast<int>((static_cast<long long>(process) + 1) * parts / processes); }

  BatchRange part(int number, std::size_t jets) const {
    if (!is_fixed && !is_split(jets)) return {0, number == 0 ? jets : 0};
    const std::size_t first = static_cast<std::size_t>(number) * largest(jets);
    return {std::min(first, jets), std::min(first + largest(jets), jets)};
  }

  // Whether a batch is large enough that all parts have jets.
  bool is_split(std::size_t jets) const { return static_cast<std::size_t>(parts - 1) * largest(jets) < jets; }

  // The parts of this process together.
  BatchRange own(std::size_t jets) const {
    if (first_part() == last_part()) return {};
    return {part(first_part(), jets).first, part(last_part() - 1, jets).last};
  }

 private:
  std::size_t largest(std::size_t jets) const {
    const std::size_t pairs = (jets + 1) / 2;
    const std::size_t count = static_cast<std::size_t>(parts);
    return 2 * ((pairs + count - 1) / count);
  }
};

}  // namespace jetvit
