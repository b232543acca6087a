#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/options.h"

// Checks that the options of a model are consistent. All functions throw a UsageError that begins with the name of the
// model and contains the option and, for a wrong number, the nearest valid ones in its range.
namespace jetvit {

// An option with one value per stage.
struct StageList {
  const char* key;
  std::size_t length;
};
void check_stages(const char* model, std::initializer_list<StageList> lists);

// Requires that `value` of option `key`, which has the range `allowed`, is a multiple of `multiple`. reason: a
// description of `multiple` such as "patch_size = 16"; "" prints the number.
void check_multiple(const char* model, const std::string& key, int value, int multiple, const Range& allowed,
                    const std::string& reason = "");

// Requires that `divisor`, the value of option `key` (heads, head_dim) with the range `allowed`, divides the number of
// channels at all these places.
struct Channels {
  std::string where;  // "stage 2"
  int count;
};
void check_divides(const char* model, const char* key, int divisor, const Range& allowed,
                   const std::vector<Channels>& places);

}  // namespace jetvit
