#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "group/network.h"

namespace jetvit {

// Where the processes of a launch meet whose launcher gives no address: rank 0 writes it into a file of a folder that
// all of them see. The file's name holds that of the launch.
class Meeting {
 public:
  Meeting(const std::filesystem::path& folder, const std::string& launch);

  // For rank 0: writes the file, atomically. It is removed with this object. Throws Error.
  void announce(const Endpoint& endpoint);
  ~Meeting();
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;

  // For the others: what rank 0 wrote, once something listens there. A file that a former launch left leads nowhere and
  // is read again. Throws Error after `patience`, saying what was found last.
  Endpoint find(std::chrono::milliseconds patience) const;

 private:
  std::filesystem::path file_;
  bool is_announced_ = false;
};

}  // namespace jetvit
