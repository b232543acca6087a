#include "app/beside.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// libgomp, which ends every parallel loop of ATen, lets a thread that waits for the others spin for milliseconds before
// it sleeps. Where another process wants the core too, a training step takes up to twenty times as long for it. With
// these turns it takes two to five times as long; with a quarter of them, where waking a thread is slow, steps take a
// tenth more on an idle machine. libgomp reads the variable when it is loaded; what the user says stays.
void share_cores() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "20000", 0);
}

}  // namespace

std::filesystem::path program_beside(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

void become(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), name);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const std::filesystem::path program = program_beside(name);
  share_cores();
  ::execv(program.c_str(), pointers.data());
  throw Error(text(program, ": cannot be started (", std::strerror(errno), "; build jetvit again)"));
}

}  // namespace jetvit
