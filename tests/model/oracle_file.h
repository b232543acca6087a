#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/options.h"
#include "base/text.h"

namespace jetvit::test {

// The reference data for a model, written by tests/oracle/make/make_model_oracles.py.
inline Json read_model_oracle(const std::string& model) {
  constexpr std::uint64_t kLimit = 1 << 20;
  const std::filesystem::path path =
      std::filesystem::path(JETVIT_SOURCE_DIR) / "tests/model/oracles" / text(model, ".json");
  return parse_json(read_text_file(path, kLimit), path.string());
}

}  // namespace jetvit::test
