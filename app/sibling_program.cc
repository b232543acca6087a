#include "app/sibling_program.h"

#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"

namespace jetvit {

std::filesystem::path sibling_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

void exec_sibling(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), name);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const std::filesystem::path program = sibling_program(name);
  limit_spinning();
  ::execv(program.c_str(), pointers.data());
  throw Error(text(program, ": cannot be started (", std::strerror(errno), "; build jetvit again)"));
}

}  // namespace jetvit
