#include "prepare/input_files.h"

#include <algorithm>

#include <glob.h>
#include <string.h>  // strverscmp

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

std::vector<std::filesystem::path> matches(const std::string& name) {
  if (std::filesystem::is_directory(name)) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(name)) {
      if (entry.path().extension() == ".parquet") files.push_back(entry.path());
    }
    if (files.empty()) throw Error(text(name, ": the folder holds no .parquet files"));
    return files;
  }
  if (std::filesystem::exists(name)) return {name};
  glob_t found{};
  const int status = ::glob(name.c_str(), 0, nullptr, &found);
  std::vector<std::filesystem::path> files;
  for (std::size_t index = 0; status == 0 && index < found.gl_pathc; ++index) files.emplace_back(found.gl_pathv[index]);
  ::globfree(&found);
  if (files.empty()) throw Error(text(printable(name), ": no such file"));
  return files;
}

}  // namespace

std::vector<std::filesystem::path> expand_inputs(const std::vector<std::string>& names) {
  std::vector<std::filesystem::path> files;
  for (const std::string& name : names) {
    std::vector<std::filesystem::path> found = matches(name);
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return ::strverscmp(a.c_str(), b.c_str()) < 0; });
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace jetvit
