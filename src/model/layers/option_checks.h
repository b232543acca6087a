#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/options.h"

// Whether a model's options fit together. All throw UsageError that begins with the model's name, names the option and,
// where a number does not fit, the nearest ones that do and may be given.
namespace jetvit {

// Lists that name each stage once.
struct StageList {
  const char* key;
  std::size_t length;
};
void check_stages(const char* model, std::initializer_list<StageList> lists);

// `value` of option `key`, which may lie in the range `allowed`, is a multiple of `multiple`. reason: what that is made
// of, as "patch_size = 16"; "" for a number of its own.
void check_multiple(const char* model, const std::string& key, int value, int multiple, const Range& allowed,
                    const std::string& reason = "");

// `divisor`, the value of option `key` (heads, head_dim), which may lie in the range `allowed`, divides the channels of
// all these places.
struct Channels {
  std::string where;  // "stage 2"
  int count;
};
void check_divides(const char* model, const char* key, int divisor, const Range& allowed,
                   const std::vector<Channels>& places);

}  // namespace jetvit
