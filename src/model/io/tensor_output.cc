#include "model/io/tensor_output.h"

#include "base/error.h"
#include "base/replaced_file.h"
#include "base/text.h"
#include "model/io/safetensors.h"

namespace jetvit {
namespace {

constexpr const char* kMakerKey = "jetvit_command";

bool was_made_by(const std::string& maker, const std::filesystem::path& path) {
  try {
    const std::map<std::string, std::string> metadata = read_safetensors_metadata(path);
    const auto found = metadata.find(kMakerKey);
    return found != metadata.end() && found->second == maker;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::map<std::string, std::string> made_by(const std::string& maker) {
  return {{"format", "pt"}, {kMakerKey, maker}};
}

void refuse_tensor_file(const std::filesystem::path& path, bool overwrite, const std::string& maker,
                        const std::vector<std::filesystem::path>& inputs) {
  const std::string what = text("tensors of jetvit ", maker);
  refuse_file(path, overwrite, {what, [&maker](const auto& file) { return was_made_by(maker, file); }, inputs});
  refuse_foreign_suffix(path, "safetensors");
}

}  // namespace jetvit
