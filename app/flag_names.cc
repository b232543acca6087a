#include "app/flag_names.h"

#include <algorithm>
#include <array>

namespace jetvit {
namespace {

// The options that messages of src/ name.
constexpr auto kOptions = std::to_array<std::string_view>({"allow_trained",
                                                           "batch",
                                                           "batch_size",
                                                           "calibrate",
                                                           "class_names",
                                                           "compression",
                                                           "data",
                                                           "device",
                                                           "ignore_memory",
                                                           "images",
                                                           "label_column",
                                                           "layout",
                                                           "merge",
                                                           "mode",
                                                           "operators",
                                                           "out",
                                                           "overwrite",
                                                           "parameters",
                                                           "pictures",
                                                           "positive_label",
                                                           "precision",
                                                           "processes",
                                                           "resume",
                                                           "scores",
                                                           "seeds",
                                                           "set",
                                                           "shape",
                                                           "shard",
                                                           "split",
                                                           "steps",
                                                           "test",
                                                           "test_share",
                                                           "to",
                                                           "train",
                                                           "validation",
                                                           "validation_share",
                                                           "values",
                                                           "verify",
                                                           "weight_column",
                                                           "zero_threshold"});

bool is_option(std::string_view name) {
  return std::find(kOptions.begin(), kOptions.end(), name) != kOptions.end();
}

}  // namespace

std::string with_flags(std::string_view message) {
  std::string out;
  while (true) {
    const std::size_t open = message.find('`');
    const std::size_t close = open == std::string_view::npos ? open : message.find('`', open + 1);
    if (close == std::string_view::npos) return out += message;
    const std::string_view name = message.substr(open + 1, close - open - 1);
    if (!is_option(name)) {
      out += message.substr(0, close);  // the second backquote may open another pair
      message.remove_prefix(close);
      continue;
    }
    std::string flag(name);
    std::replace(flag.begin(), flag.end(), '_', '-');
    out += message.substr(0, open);
    out += "--" + flag;
    message.remove_prefix(close + 1);
  }
}

}  // namespace jetvit
