#include "base/replaced_file.h"

#include "base/commit.h"
#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

const char* kind_name(std::filesystem::file_type type) {
  switch (type) {
    case std::filesystem::file_type::directory:
      return "a folder";
    case std::filesystem::file_type::symlink:
      return "a link";
    case std::filesystem::file_type::fifo:
      return "a pipe";
    case std::filesystem::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

}  // namespace

void refuse_file(const std::filesystem::path& path, bool overwrite, const ReplacedFile& of) {
  std::error_code failed;
  const std::filesystem::file_type type = std::filesystem::symlink_status(path, failed).type();
  if (type == std::filesystem::file_type::not_found) return;
  if (type == std::filesystem::file_type::none)
    throw Error(text(path, ": cannot be inspected (", failed.message(), ")"));
  const auto refuse = [&path](const std::string& problem) {
    throw Error(text(path, ": ", problem, " (nothing was changed; choose another path)"));
  };
  if (type != std::filesystem::file_type::regular) refuse(text("is ", kind_name(type), ", which is never replaced"));
  refuse_existing(path, overwrite);
  for (const std::filesystem::path& input : of.inputs) {
    if (std::filesystem::equivalent(path, input, failed)) refuse("is an input of this command");
  }
  if (!of.is_ours(path)) refuse(text("does not hold ", of.what));
}

}  // namespace jetvit
