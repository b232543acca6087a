#pragma once

#include <cstddef>
#include <ostream>
#include <streambuf>
#include <string>

namespace jetvit {

// While this object lives, text written to `stream` reaches it with control characters escaped (terminal_safe() of
// base/text.h): names of columns, channels, files and classes are foreign and may hold escape sequences.
class SafeOutput : private std::streambuf {
 public:
  explicit SafeOutput(std::ostream& stream);
  ~SafeOutput() override;
  SafeOutput(const SafeOutput&) = delete;
  SafeOutput& operator=(const SafeOutput&) = delete;

  // Writes what is still in a buffer. Throws Error where anything could not be written, as on a full disk.
  void finish();

 private:
  int_type overflow(int_type letter) override;
  std::streamsize xsputn(const char* letters, std::streamsize count) override;
  int sync() override;
  bool pass_on(std::size_t size);  // the first bytes that are pending
  bool succeeded(bool outcome);

  std::ostream& stream_;
  std::streambuf* target_;
  std::string pending_;
  int cause_ = 0;  // errno of the first failure
};

}  // namespace jetvit
