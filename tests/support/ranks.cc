#include "support/ranks.h"

#include <array>
#include <exception>

#include <sys/wait.h>
#include <unistd.h>

#include "group/network.h"

namespace jetvit::test {
namespace {

std::string all_of(int descriptor) {
  std::string text;
  std::array<char, 4096> bytes;
  while (true) {
    const ssize_t count = read(descriptor, bytes.data(), bytes.size());
    if (count <= 0) return text;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

void answer(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = write(descriptor, text.data() + done, text.size() - done);
    if (count <= 0) return;
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace

std::vector<std::string> run_ranks(int processes, const std::function<std::string(const Place&)>& work) {
  const int port = Listener({"127.0.0.1", 0}).port();
  struct Fork {
    pid_t process;
    int output;
  };
  std::vector<Fork> forks;
  for (int rank = 0; rank < processes; ++rank) {
    std::array<int, 2> ends = {};
    if (pipe(ends.data()) != 0) return {};
    const pid_t process = fork();
    if (process == 0) {
      close(ends[0]);
      Place place;
      place.rank = rank;
      place.size = processes;
      place.address = "127.0.0.1";
      place.port = port;
      try {
        answer(ends[1], work(place));
      } catch (const std::exception& error) {
        answer(ends[1], std::string("error: ") + error.what());
      }
      _exit(0);
    }
    close(ends[1]);
    forks.push_back({process, ends[0]});
  }
  std::vector<std::string> answers;
  for (const Fork& of_rank : forks) {
    answers.push_back(all_of(of_rank.output));
    close(of_rank.output);
    int status = 0;
    waitpid(of_rank.process, &status, 0);
    const int number = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    if (number != 0) answers.back() = "status " + std::to_string(number);
  }
  return answers;
}

}  // namespace jetvit::test
